import { existsSync, readFileSync, unwatchFile, watchFile } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { SecretReferences } from '../../../lib/contract/documents/secrets';
import { mapOf, text } from '../../../lib/contract/shape';
import { ownDocument } from '../../../lib/shell/local/own-document';
import type { Start } from '../start-options';
import { LOCAL_CREDENTIALS } from './read-back';

/** Outside of the repository, so that no commit has them: NAME → value. */
export const localSecretsFile = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'prometheus-ha', 'secrets.json');

const LOCAL_SECRETS = ownDocument('local-secrets', mapOf(text, text));
const LOOK_MS = 1_000;

export interface Where {
  readonly endpoint: string;
  readonly region: string;
}

/** Puts the values of this machine's file where nodes look for secrets, and again when the file changes. */
export async function keepLocalSecrets(start: Start, declared: SecretReferences, where: Where): Promise<void> {
  const names = Object.keys(declared);
  if (names.length === 0) return;
  const file = localSecretsFile();
  const values = readLocalSecrets(file);
  const lacking = names.filter((name) => !Object.hasOwn(values, name));
  if (lacking.length > 0)
    start.onProgress(
      `  secrets without a value here, what needs them fails: ${lacking.join(', ')}; write them into ${file}`,
    );
  await putSecrets(declared, values, where);
  watchFile(file, { interval: LOOK_MS }, () => {
    Promise.resolve()
      .then(() => putSecrets(declared, readLocalSecrets(file), where))
      .catch((error: Error) => start.onEvent(`! ${file}: ${error.message}`));
  });
  start.cleanup.defer('forget the local secrets', () => unwatchFile(file));
}

/** None where there is no file. @throws UserError when it cannot be used */
export function readLocalSecrets(file: string): Readonly<Record<string, string>> {
  return existsSync(file) ? LOCAL_SECRETS.parse(readFileSync(file, 'utf8'), file) : {};
}

/** As the account's owner would: a secret or parameter for each reference, JSON where keys of it are asked for. */
export async function putSecrets(
  declared: SecretReferences,
  values: Readonly<Record<string, string>>,
  { endpoint, region }: Where,
): Promise<void> {
  const options = { endpoint, region, credentials: LOCAL_CREDENTIALS };
  const manager = new SecretsManagerClient(options);
  const systems = new SSMClient(options);
  for (const [name, content] of parametersOf(declared, values))
    await systems.send(new PutParameterCommand({ Name: name, Value: content, Type: 'SecureString', Overwrite: true }));
  for (const [id, content] of secretsOf(declared, values)) {
    const name = id.replace(/^arn:.*:secret:/, '').replace(id.startsWith('arn:') ? /-[A-Za-z0-9]{6}$/ : /$^/, '');
    const put = new PutSecretValueCommand({ SecretId: name, SecretString: content });
    await manager.send(put).catch((error: Error) => {
      if (error.name !== 'ResourceNotFoundException') throw error;
      return manager.send(new CreateSecretCommand({ Name: name, SecretString: content }));
    });
  }
}

function parametersOf(declared: SecretReferences, values: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(declared).flatMap(([name, one]) => {
    const value = values[name];
    return 'parameter' in one && value !== undefined ? [[one.parameter, value] as [string, string]] : [];
  });
}

function secretsOf(declared: SecretReferences, values: Readonly<Record<string, string>>): Map<string, string> {
  const whole = new Map<string, string>();
  const keys = new Map<string, Record<string, string>>();
  for (const [name, one] of Object.entries(declared)) {
    const value = values[name];
    if ('parameter' in one || value === undefined) continue;
    if (one.jsonKey === undefined) whole.set(one.secretsManager, value);
    else keys.set(one.secretsManager, { ...keys.get(one.secretsManager), [one.jsonKey]: value });
  }
  return new Map([...whole, ...[...keys].map(([id, document]) => [id, JSON.stringify(document)] as const)]);
}
