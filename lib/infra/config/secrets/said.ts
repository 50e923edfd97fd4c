import { UserError } from '../../../contract/errors';
import { OF_RELABELING, secretsIn } from '../../../core/rendering/secrets/placeholders';

/** How these refusals begin. */
export const IN_CLEAR = 'a secret stands in clear';
export const UNDECLARED = 'nobody says what this stands for';

const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_.]*)(:?[-?+=][^}]*)?\}/;
const CREDENTIALS_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:([^/@\s]+)@/i;

/** `password: ${PASSWORD}`, and its declaration. */
const declaration = (name: string): string =>
  `secrets: { ${name}: { secretsManager: 'its name there' } } in cluster.ts`;
const nameFor = (key: string): string => key.toUpperCase().replace(/[^A-Z0-9_]/g, '_');

export function inClear(key: string, text: string, where: string, role = false): UserError {
  const name = nameFor(key);
  const byRole = role ? '; or leave it out: on a node the role of the machine counts' : '';
  return new UserError({
    what: `${IN_CLEAR}: ${key}`,
    where,
    got: `${text.length} characters`,
    expected: 'no secret in a file of Git, of which every node, the bucket and the template would have a copy',
    fix: `keep it in Secrets Manager or as an SSM parameter, declare ${declaration(name)}, and write ${key}: \${${name}}${byRole}`,
  });
}

/** Whether user and password stand before its host, as they are. */
export function hasCredentials(url: string): boolean {
  const password = CREDENTIALS_IN_URL.exec(url)?.[1];
  return password !== undefined && !password.includes('${');
}

export const inUrl = (text: string, where: string): UserError =>
  new UserError({
    what: `${IN_CLEAR}, in a URL`,
    where,
    got: text.replace(CREDENTIALS_IN_URL, (all, secret: string) => all.replace(`:${secret}@`, ':…@')),
    expected: 'a URL without user and password',
    fix: `declare ${declaration('PASSWORD')}, and say basic_auth: { username, password: \${PASSWORD} }`,
  });

export function undeclared(placeholder: string, where: string): UserError {
  const [, name, operator] = PLACEHOLDER.exec(placeholder) ?? [null, 'NAME', undefined];
  const plain = operator === undefined ? '' : `, and write \${${name}}: no default is looked at`;
  return new UserError({
    what: UNDECLARED,
    where,
    got: placeholder,
    expected: 'a value, or a declared secret: the environment of a node is not that of your old machine',
    fix: `write the value; if it is a secret, declare ${declaration(name!)}${plain}`,
  });
}

/** A `${…}` that no declaration stands behind; null: there is none. */
export function undeclaredIn(
  text: string,
  keys: readonly string[],
  isDeclared: (name: string) => boolean,
): string | null {
  if (OF_RELABELING.includes(keys.at(-1) ?? '')) return null;
  // There Prometheus itself expands the environment, and $NAME as well.
  const pattern = keys.includes('external_labels') ? /\$\{[^}]*\}|\$[A-Za-z_][A-Za-z0-9_]*/ : PLACEHOLDER;
  const rest = secretsIn(text, isDeclared).reduce((left, name) => left.replaceAll(`\${${name}}`, ''), text);
  return pattern.exec(rest.replaceAll('$$', ''))?.[0] ?? null;
}

/** A secret where everybody would see it. */
export const seen = (key: string, names: readonly string[], where: string): UserError =>
  new UserError({
    what: `a secret would be seen by whoever queries: ${key}`,
    where,
    got: names.map((name) => `\${${name}}`).join(', '),
    expected: 'secrets only where something authenticates: passwords, tokens, URLs, headers',
    fix: 'write the value there, or leave it out',
  });
