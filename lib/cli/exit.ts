import { isUnusableObject, UserError } from '../contract/errors';
import type { StatusReport } from '../core/status/status';
import { foreignAnswer } from '../shell/aws/foreign-answer';

/**
 * What promha ends with, for scripts. 0 well, or done as asked. 1 something is wrong with the cluster, or what was asked
 * was refused or not seen to work. 2 usage error: flag, name, duration. 3 nobody can say: credentials, stack or
 * bucket cannot be reached, the assignment cannot be used, or a part could not be looked at. 4 promha itself failed.
 */
export const EXIT = { well: 0, unhealthy: 1, usage: 2, unreachable: 3, defect: 4 } as const;

/** Of `status`: well only if every shard is; who alerts in a shard may be what nobody can say. */
export function statusCode(shards: readonly Pick<StatusReport, 'healthy' | 'assignmentUnusable'>[]): number {
  if (shards.some((report) => report.assignmentUnusable !== null)) return EXIT.unreachable;
  return shards.every((report) => report.healthy) ? EXIT.well : EXIT.unhealthy;
}

/** What has to be asked could not be asked. */
export class Unreachable extends UserError {}

/** The call is sound, and the cluster is not in a state for it. */
export class NotNow extends UserError {}

/** AWS, or the way to it, did not answer; anything else stays what it is. */
export function asUnreachable(error: unknown, what: string): unknown {
  if (error instanceof UserError) return error;
  const { name, message, code, $metadata, $fault } = error as Error & {
    code?: string;
    $metadata?: { readonly httpStatusCode?: number };
    $fault?: unknown;
  };
  const foreign = foreignAnswer(error);
  if (foreign !== null) {
    return new Unreachable({
      what: `${what} cannot be read`,
      got: foreign,
      expected: 'an answer of AWS',
      fix: 'look at what answers in its place: AWS_ENDPOINT_URL, a proxy (HTTPS_PROXY), a portal that wants a login',
    });
  }
  const ofTheNetwork = /^(E[A-Z]+|UND_ERR_.*)$/.test(code ?? '');
  const ofTheSdk = $metadata !== undefined || $fault !== undefined;
  const ofItsWay = ['TimeoutError', 'AbortError', 'CredentialsProviderError', 'TokenProviderError'].includes(name);
  if (!ofTheNetwork && !ofTheSdk && !ofItsWay && !/region is missing/i.test(message)) return error;
  if (name === 'TimeoutError' || name === 'AbortError') {
    return new Unreachable({
      what: `${what} cannot be read`,
      got: 'no answer in time',
      expected: 'S3, or what AWS_ENDPOINT_URL names, to answer',
      fix: 'look at the network from here and at the health of S3 in the region. Nodes alert on meanwhile: curl http://<node>:9099/v1/status, gate.open',
    });
  }
  return new Unreachable({
    what: `${what} cannot be read`,
    // So the SDK calls an answer without a body, as every one to HEAD is.
    got: /^Unknown(Error)?$/.test(message)
      ? `HTTP ${$metadata?.httpStatusCode} without a reason`
      : (code ?? saidBy(name, message)),
    expected: 'AWS credentials and a region (AWS_PROFILE, AWS_REGION) of the account the cluster is deployed to',
    fix: 'set them. If S3 itself is down, nodes alert on: see docs/how-it-works.md',
  });
}

const saidBy = (name: string, message: string): string => (name === message ? name : `${name}: ${message}`);

/** What commander found wrong with the call, with the way on that it does not give. `words`: what follows `promha`. */
export function usage(message: string, words: readonly string[], commands: readonly string[]): UserError {
  const named = words[0] !== undefined && commands.includes(words[0]) ? `${words[0]} ` : '';
  return new UserError({
    what: message.replace(/^error: /, ''),
    got: ['promha', ...words].join(' '),
    expected: named === '' ? `one of ${commands.join(', ')}` : `what promha ${named}takes`,
    fix: `npx promha ${named}--help`,
  });
}

/** How promha ends when a command failed: its code, and what it says on stdout (with --json) or stderr. */
export function ending(
  error: unknown,
  json: boolean,
): { readonly code: number; readonly out: string; readonly err: string } {
  const known = asUnreachable(error, 'the cluster');
  const code = codeOf(known);
  const { message, stack } = known as Error;
  if (json) {
    const problem = known instanceof UserError ? known.problem : { what: message };
    return { code, out: `${JSON.stringify({ error: problem, exitCode: code }, null, 2)}\n`, err: '' };
  }
  return { code, out: '', err: `promha: ${code === EXIT.defect ? (stack ?? message) : message}\n` };
}

function codeOf(error: unknown): number {
  if (error instanceof Unreachable) return EXIT.unreachable;
  if (error instanceof NotNow) return EXIT.unhealthy;
  if (!(error instanceof UserError)) return EXIT.defect;
  // A document in the control bucket that cannot be used: nobody called anything wrong.
  return isUnusableObject(error) ? EXIT.unhealthy : EXIT.usage;
}
