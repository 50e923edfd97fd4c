import { LambdaClient } from '@aws-sdk/client-lambda';
import type { SilenceRequest } from '../../contract/documents/silence';
import { FUNCTIONS } from '../../contract/functions';
import { askBy } from '../../shell/async/http-get';
import { askSilences, type AskSilences } from '../../shell/alertmanager/silences';
import { relayedAnswer, callRelay, callSilence, relayedGet } from '../../shell/aws/relay';
import { reasonOf } from '../../shell/probes/prober';
import type { ClusterHandle } from './cluster';
import { Unreachable } from '../exit';

/** How nodes and Thanos are asked: by the function in the VPC, from anywhere, or by this machine's own network. */
export const WAYS = ['relay', 'direct'] as const;
export type Way = (typeof WAYS)[number];

/** An idle function sleeps, and AWS takes up to a minute or so to make its network interface again. */
const AWAKE_WITHIN_MS = 120_000;
const ONE_CALL_MS = 35_000;
const AGAIN_MS = 3_000;

export interface Waking {
  readonly say: (line: string) => void;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** From now on this process asks that way. @throws Unreachable when the relay cannot be called */
export async function takeWay(way: Way, { cluster }: Pick<ClusterHandle, 'cluster'>): Promise<void> {
  if (way === 'direct') return;
  const lambda = new LambdaClient({});
  const name = FUNCTIONS.relay(cluster);
  await awake(name, (signal) => callRelay(lambda, name, { url: null, maxBytes: 0 }, signal), WAKING);
  askBy(relayedGet(lambda, name));
}

const WAKING: Waking = {
  say: (line) => void process.stderr.write(`${line}\n`),
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** How Alertmanagers are asked that way. @throws Unreachable when the function `silence` cannot be called */
export async function silencesBy(
  way: Way,
  { cluster }: Pick<ClusterHandle, 'cluster'>,
  by: string,
): Promise<AskSilences> {
  if (way === 'direct') return askSilences;
  const lambda = new LambdaClient({});
  const name = FUNCTIONS.silence(cluster);
  const wake: SilenceRequest = { url: null, method: 'GET', body: null, by };
  await awake(name, (signal) => callSilence(lambda, name, wake, signal), WAKING);
  return async (url, method, body) =>
    relayedAnswer(await callSilence(lambda, name, { url, method, body, by }, AbortSignal.timeout(ONE_CALL_MS)));
}

/** Before anything with a deadline is asked by the function of that name. */
export async function awake(
  name: string,
  call: (signal: AbortSignal) => Promise<unknown>,
  { say, now, sleep }: Waking,
): Promise<void> {
  const began = now();
  for (let told = false; ; told = true) {
    try {
      await call(AbortSignal.timeout(ONE_CALL_MS));
      return;
    } catch (error) {
      const fix = HOPELESS[(error as Error).name];
      if (fix !== undefined || now() - began > AWAKE_WITHIN_MS) throw unreachable(name, error, fix);
      if (!told) say(`${name} does not answer yet (${reasonOf(error)}): an idle function needs up to a minute to wake`);
      await sleep(AGAIN_MS);
    }
  }
}

/** What another try does not change, and what does. */
const HOPELESS: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'deploy this version of the app, or use --via direct from inside the VPC',
  AccessDeniedException: 'attach the policy that the control stack has as its output OperatorPolicyArn',
  CredentialsProviderError: 'set AWS_PROFILE or log in',
  TokenProviderError: 'log in again',
  ExpiredTokenException: 'log in again',
  UnrecognizedClientException: 'log in again',
  UserError: 'use promha and the functions of the same version',
};

function unreachable(name: string, error: unknown, fix = 'look at its log group, or use --via direct'): Unreachable {
  return new Unreachable({
    what: `the function ${name} cannot be asked, by which promha reaches nodes from outside the VPC`,
    got: reasonOf(error),
    expected: 'an answer of the function',
    fix,
  });
}
