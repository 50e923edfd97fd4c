import type { ConfigBundle } from '../../../contract/documents/config';
import type { SecretNeeds } from '../../../contract/documents/secrets';
import { hasPair } from './fill';
import { intoFiles } from './into-files';

/** Where files with secrets are, in a file of the user's: replaced by the node's directory. */
export const SECRETS_DIRECTORY = 'secrets';

/** Beside the rendered files: which secrets they need, and how. */
export const NEEDS_FILE = 'secrets.json';

/** A bundle whose secrets stand as files where the programs take files, and what is needed for the rest; null: nothing. */
export function withSecretFiles(
  bundle: ConfigBundle,
  directory: string,
): { readonly bundle: ConfigBundle; readonly needs: SecretNeeds | null } {
  const declared = bundle.secrets ?? {};
  const names = Object.keys(declared);
  if (names.length === 0) return { bundle, needs: null };
  const alertmanager = intoFiles(bundle.alertmanager, 'alertmanager', names, directory);
  const prometheus = intoFiles(bundle.prometheus ?? '', 'prometheus', names, directory);
  const filled = [
    ...(prometheus.isLeft || hasPair(prometheus.text, names) ? ['prometheus.yml'] : []),
    ...(alertmanager.isLeft || hasPair(alertmanager.text, names) ? ['alertmanager.yml'] : []),
  ];
  return {
    bundle: {
      ...bundle,
      alertmanager: alertmanager.text,
      ...(bundle.prometheus === undefined ? {} : { prometheus: prometheus.text }),
    },
    needs: { version: 1, declared, texts: { ...prometheus.texts, ...alertmanager.texts }, filled },
  };
}
