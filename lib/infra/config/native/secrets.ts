import { UserError } from '../../../contract/errors';
import { eachScalar } from '../../../core/rendering/yaml-nodes';
import type { Said, UsersYaml } from './source';

/** How these refusals begin. */
export const IN_CLEAR = 'a secret stands in clear';
export const UNDECLARED = 'nobody says what this stands for';

/** Keys whose value is a secret to Prometheus and its discoveries (type Secret in its source), with what takes a file instead. */
const SECRETS: Readonly<Record<string, string | null>> = {
  password: 'password_file',
  credentials: 'credentials_file',
  bearer_token: 'bearer_token_file',
  client_secret: 'client_secret_file',
  client_certificate_key: 'client_certificate_key_file',
  key: 'key_file',
  auth_token: 'auth_token_file',
  secret_key: null,
  token: 'authorization: { credentials_file: … }',
  secrets: 'files',
  application_secret: null,
  consumer_key: null,
  application_credential_secret: null,
  service_account_key: null,
  private_key: null,
  key_passphrase: null,
};
/** Below these anything may stand: names of labels, and what a probe is told. */
const FREE = ['labels', 'external_labels', 'params'];
/** Of relabeling: `${1}` is a group of the expression there. */
const OF_RELABELING = ['replacement', 'target_label', 'regex', 'separator', 'source_labels'];
const PLACEHOLDER = /\$\{[A-Za-z_][A-Za-z0-9_.]*(:?[-?+=][^}]*)?\}/;
const CREDENTIALS_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:([^/@\s]+)@/i;

/** Secrets in clear, and `${NAME}` of which nobody knows what it stands for. */
export function refuseSecrets({ root, where }: UsersYaml, { problems }: Said): void {
  eachScalar(root, (scalar, keys) => {
    const text = String(scalar.value);
    const key = keys.at(-1) ?? '';
    const free = keys.some((one) => FREE.includes(one));
    const placeholder = OF_RELABELING.includes(key) ? null : placeholderIn(text, keys);
    if (placeholder !== null) problems.push(undeclared(placeholder, where(scalar)));
    else if (isSecret(key, keys) && !free && text !== '') problems.push(inClear(key, text, where(scalar)));
    else if (CREDENTIALS_IN_URL.test(text)) problems.push(inUrl(text, where(scalar)));
  });
}

function placeholderIn(text: string, keys: readonly string[]): string | null {
  // There Prometheus itself expands the environment, and $NAME as well.
  const pattern = keys.includes('external_labels') ? /\$\{[^}]*\}|\$[A-Za-z_][A-Za-z0-9_]*/ : PLACEHOLDER;
  return pattern.exec(text.replaceAll('$$', ''))?.[0] ?? null;
}

function isSecret(key: string, keys: readonly string[]): boolean {
  return Object.hasOwn(SECRETS, key) && (key !== 'key' || keys.includes('tls_config'));
}

function inClear(key: string, text: string, where: string): UserError {
  const file = SECRETS[key];
  return new UserError({
    what: `${IN_CLEAR}: ${key}`,
    where,
    got: `${text.length} characters`,
    expected: 'no secret in a file of Git, of which every node, the bucket and the template would have a copy',
    fix:
      file === null || file === undefined
        ? 'leave it out: on a node the discovery can use the role of the machine'
        : `put it into a file on the nodes and name that: ${file}${file.includes(':') ? '' : ': /path'}`,
  });
}

const inUrl = (text: string, where: string): UserError =>
  new UserError({
    what: `${IN_CLEAR}, in a URL`,
    where,
    got: text.replace(CREDENTIALS_IN_URL, (all, secret: string) => all.replace(`:${secret}@`, ':…@')),
    expected: 'a URL without user and password',
    fix: 'say them by basic_auth: { username, password_file: /path }',
  });

const undeclared = (placeholder: string, where: string): UserError =>
  new UserError({
    what: UNDECLARED,
    where,
    got: placeholder,
    expected: 'a value: the environment of a node is not that of your old machine',
    fix: 'write the value; for a secret name a file on the nodes (password_file, credentials_file, …)',
  });
