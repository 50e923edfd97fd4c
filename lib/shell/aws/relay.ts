import { gunzipSync } from 'node:zlib';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { RELAY_ANSWER, RELAY_REQUEST, type RelayAnswer, type RelayRequest } from '../../contract/documents/relay';
import { SILENCE_REQUEST, type SilenceRequest } from '../../contract/documents/silence';
import { HttpError, type HttpGet } from '../async/http-get';
import { Places } from '../async/places';

/** Each call of a function is an execution of its own, and a small account has ten. What hangs must not take all of them. */
const AT_ONCE = 5;
const AT_ONCE_PER_HOST = 2;

/** Asks by the function `relay` instead of this machine's network. */
export function relayedGet(lambda: LambdaClient, functionName: string): HttpGet {
  const places = new Places(AT_ONCE, AT_ONCE_PER_HOST);
  return (url, signal, maxBytes) =>
    places.in(new URL(url).host, async () => {
      signal.throwIfAborted();
      const { status, text } = relayedAnswer(await callRelay(lambda, functionName, { url, maxBytes }, signal));
      if (status < 200 || status > 299) throw new HttpError(status, text);
      return text;
    });
}

/** @throws as `callInVpc` */
export const callRelay = (
  lambda: LambdaClient,
  name: string,
  request: RelayRequest,
  signal: AbortSignal,
): Promise<RelayAnswer> => callInVpc(lambda, name, RELAY_REQUEST.serialize(request), signal);

/** @throws as `callInVpc` */
export const callSilence = (
  lambda: LambdaClient,
  name: string,
  request: SilenceRequest,
  signal: AbortSignal,
): Promise<RelayAnswer> => callInVpc(lambda, name, SILENCE_REQUEST.serialize(request), signal);

/** What was answered inside the VPC. @throws Error where nothing was */
export function relayedAnswer({ status, body }: RelayAnswer): { readonly status: number; readonly text: string } {
  const text = gunzipSync(Buffer.from(body, 'base64')).toString('utf8');
  if (status === null) throw new Error(text);
  return { status, text };
}

/** @throws as the SDK; Error when the function failed; UserError when what came back is no answer of it */
async function callInVpc(
  lambda: LambdaClient,
  FunctionName: string,
  request: string,
  abortSignal: AbortSignal,
): Promise<RelayAnswer> {
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(request) }), { abortSignal });
  const text = Buffer.from(answer.Payload ?? []).toString('utf8');
  if (answer.FunctionError !== undefined) throw new Error(`${FunctionName} failed: ${text.slice(0, 200)}`);
  return RELAY_ANSWER.parse(text, FunctionName);
}
