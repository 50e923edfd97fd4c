import { SecretValue } from 'aws-cdk-lib';
import type { Remedy } from '../../config/schema/remedies';
import { durationMs } from '../../../contract/duration';
import type { RemedyTarget } from '../../../contract/documents/remedy';
import { ENV } from '../../../contract/environment';

/** What reconnect-redis may connect to, and with which passwords. */
export function remedyEnvironment(remedies: readonly Remedy[]): Record<string, string> {
  const targets: RemedyTarget[] = remedies.map(({ name, connect, hook }) => ({
    name,
    connect,
    ...(hook && { hookAfterMs: durationMs(hook.after) }),
  }));
  const passwords = remedies.flatMap<readonly [string, string]>(({ name, passwordSecret }) =>
    passwordSecret === undefined
      ? []
      : // CloudFormation reads the secret when it deploys. So the function needs no way to another API while Redis is down.
        [[ENV.remedyPassword(name), SecretValue.secretsManager(passwordSecret).unsafeUnwrap()]],
  );
  return { [ENV.remedies]: JSON.stringify(targets), ...Object.fromEntries(passwords) };
}
