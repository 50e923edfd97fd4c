import { eachScalar } from '../../../core/rendering/yaml-nodes';
import { secretsAt } from '../../../core/rendering/secrets/placeholders';
import type { Said, UsersYaml } from '../native/source';
import { hasCredentials, inClear, inUrl, seen, undeclared, undeclaredIn } from './said';

/** Keys whose value is a secret to Prometheus and its discoveries (type Secret in its source). */
const SECRETS = [
  'password',
  'credentials',
  'bearer_token',
  'client_secret',
  'client_certificate_key',
  'key',
  'auth_token',
  'secret_key',
  'token',
  'secrets',
  'application_secret',
  'consumer_key',
  'application_credential_secret',
  'service_account_key',
  'private_key',
  'key_passphrase',
];
/** What AWS gives a machine anyway. */
const OF_ROLE = ['secret_key'];
/** Below these anything may stand: names of labels, and what a probe is told. */
const FREE = ['labels', 'external_labels', 'params'];
/** What becomes part of series, or stands in lists of targets. */
const SEEN = ['labels', 'external_labels', 'job_name', 'targets', 'metrics_path'];

/** Secrets in clear, `${NAME}` of which nobody knows what it stands for, and declared ones where they would be seen. */
export function refuseSecrets({ root, where }: UsersYaml, isDeclared: (name: string) => boolean, said: Said): void {
  eachScalar(root, (scalar, keys) => {
    const text = String(scalar.value);
    const key = keys.at(-1) ?? '';
    const free = keys.some((one) => FREE.includes(one));
    const place = where(scalar);
    const names = secretsAt(text, keys, isDeclared);
    const placeholder = undeclaredIn(text, keys, isDeclared);
    const shownBy = keys.find((one) => SEEN.includes(one));
    if (placeholder !== null) said.problems.push(undeclared(placeholder, place));
    else if (names.length > 0 && shownBy !== undefined) said.problems.push(seen(shownBy, names, place));
    else if (names.length > 0) {
      if (keys.includes('params'))
        said.warnings.push(`${place}: whoever may query sees params in /api/v1/targets, \${${names[0]}} with them`);
    } else if (isSecret(key, keys) && !free && text !== '')
      said.problems.push(inClear(key, text, place, OF_ROLE.includes(key)));
    else if (hasCredentials(text)) said.problems.push(inUrl(text, place));
  });
}

function isSecret(key: string, keys: readonly string[]): boolean {
  return SECRETS.includes(key) && (key !== 'key' || keys.includes('tls_config'));
}
