import { isMap, isSeq, Scalar, type Node } from 'yaml';
import { readGoYaml, writeGoYaml } from '../go-yaml';
import { at, eachScalar, entriesOf, itemsOf } from '../yaml-nodes';
import { formOfSecret } from './stand-ins';
import { withValues, secretOfPath, secretsAt } from './placeholders';

/**
 * A configuration with values in it. Where one is missing the rest has to load all the same: something of the same form
 * stands there, and of a certificate whose key is missing both are left out.
 */
export function fillYaml(
  text: string,
  names: readonly string[],
  valueOf: (name: string) => string | undefined,
): string {
  const { root, errors } = readGoYaml(text);
  if (root === null || errors.length > 0) return text;
  const isMissing = (name: string): boolean => names.includes(name) && valueOf(name) === undefined;
  eachScalar(root, (scalar, keys) => {
    const whole = String(scalar.value);
    const found = secretsAt(whole, keys, (name) => names.includes(name));
    if (found.length === 0) return;
    const isWhole = whole === `\${${found[0]}}`;
    const instead = formOfSecret(isWhole ? (keys.at(-1) ?? null) : null);
    scalar.value = withValues(whole, (name) => (names.includes(name) ? (valueOf(name) ?? instead) : undefined));
    // A value that looks like a list or a key is none; only a number may have to be one.
    if (scalar.type !== Scalar.PLAIN || !/^-?\d+$/.test(String(scalar.value))) scalar.type = Scalar.QUOTE_DOUBLE;
  });
  withoutHalfPairs(root, isMissing);
  return writeGoYaml(root);
}

/** Whether a configuration names a client certificate by the file of a secret: without it the whole would be refused. */
export function hasPair(text: string, names: readonly string[]): boolean {
  let found = false;
  eachScalar(readGoYaml(text).root, (scalar, keys) => {
    found ||= PAIR_FILES.includes(keys.at(-1) ?? '') && isSecretFile(String(scalar.value), names);
  });
  return found;
}

const PAIR = ['cert', 'key', 'cert_file', 'key_file', 'ca', 'ca_file'];
const PAIR_FILES = PAIR.filter((key) => key.endsWith('_file'));
const isSecretFile = (path: string, names: readonly string[]): boolean =>
  secretOfPath(path, (name) => names.includes(name)) !== null;

function withoutHalfPairs(node: Node, isMissing: (name: string) => boolean): void {
  if (isSeq(node)) for (const item of itemsOf(node)) withoutHalfPairs(item, isMissing);
  for (const { key, value } of entriesOf(node)) {
    if (key === 'tls_config' && isMap(value)) {
      const lacks = PAIR_FILES.some((file) => {
        const path = at(value, file);
        return path !== null && secretOfPath(String((path as Scalar).value), isMissing) !== null;
      });
      if (lacks) PAIR.forEach((one) => value.delete(one));
    } else if (value !== null) withoutHalfPairs(value, isMissing);
  }
}
