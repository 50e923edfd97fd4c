import type { SecretReference } from '../../lib/contract/documents/secrets';
import { requestsFor, valuesIn, type Answered } from '../../lib/core/secrets/requests';
import { messageOf } from '../base/log';

/** Values by reference, or why there is none. Never throws, and no reason has a value in it. */
export type FetchSecrets = (references: readonly SecretReference[]) => Promise<Map<string, Answered>>;

/** Who waits at a start has a copy; who looks again does so soon anyway. */
const CLIENT = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
};

/** From Secrets Manager and Systems Manager, with the role of the machine. */
export async function fetchSecrets(references: readonly SecretReference[]): Promise<Map<string, Answered>> {
  const { secretIds, parameters } = requestsFor(references);
  const answers = await Promise.all([...secretIds.map(askSecretsManager), ...parameters.map(askSystemsManager)]);
  return valuesIn(new Map(answers.flatMap((one) => [...one])), references);
}

async function askSecretsManager(ids: readonly string[]): Promise<Map<string, Answered>> {
  // Loaded on demand: a node without secrets needs none of it.
  const { SecretsManagerClient, BatchGetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient(CLIENT);
  try {
    const command = new BatchGetSecretValueCommand({ SecretIdList: [...ids] });
    const { SecretValues = [], Errors = [] } = await client.send(command);
    return new Map<string, Answered>(
      ids.map((id) => {
        const found = SecretValues.find(({ ARN, Name }) => isMeant(id, ARN, Name));
        const error = Errors.find(({ SecretId }) => SecretId === id);
        if (found?.SecretString !== undefined) return [id, { text: found.SecretString }];
        if (found !== undefined) return [id, { because: 'it is binary, and a text is needed' }];
        return [id, { because: error?.ErrorCode ?? 'Secrets Manager did not answer for it' }];
      }),
    );
  } catch (error) {
    return failed(ids, error);
  } finally {
    client.destroy();
  }
}

/** Asked by name, by whole ARN, or by one without the six characters at its end. */
const isMeant = (id: string, arn: string | undefined, name: string | undefined): boolean =>
  id === name || id === arn || id === arn?.replace(/-.{6}$/, '');

async function askSystemsManager(names: readonly string[]): Promise<Map<string, Answered>> {
  const { SSMClient, GetParametersCommand } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient(CLIENT);
  const keys = names.map((name) => `ssm:${name}`);
  try {
    const { Parameters = [] } = await client.send(
      new GetParametersCommand({ Names: [...names], WithDecryption: true }),
    );
    return new Map<string, Answered>(
      names.map((name) => {
        const text = Parameters.find((one) => one.Name === name)?.Value;
        return [`ssm:${name}`, text === undefined ? { because: 'there is no such parameter' } : { text }];
      }),
    );
  } catch (error) {
    return failed(keys, error);
  } finally {
    client.destroy();
  }
}

const failed = (keys: readonly string[], error: unknown): Map<string, Answered> =>
  new Map(keys.map((key) => [key, { because: messageOf(error).split('\n')[0]! }]));
