import { request as httpRequest } from 'node:http';
import * as z from 'zod/mini';
import type { DocumentFormat } from '../../contract/document';
import { fields, flag, mapOf, number, optional, text } from '../../contract/shape';
import { ownDocument } from './own-document';

const answerOf = <S extends z.ZodMiniType>(shape: S) => ownDocument("local run's answer", shape);

const FAILURE = answerOf(fields({ error: text }));
/** Nothing of it is used. */
export const ANYTHING = answerOf(z.unknown());
export const ACTED = answerOf(fields({ at: number }));
/** Field → how often an agent lied in it. */
export const TOLD = answerOf(fields({ at: number, told: mapOf(text, number) }));
export const INVOKED = answerOf(fields({ value: fields({ ok: flag, error: optional(text) }) }));
export const UPDATES = answerOf(fields({ busy: flag }));
/** Of each alarm, by name: its state. */
export const ALARM_STATES = answerOf(mapOf(text, text));

/** Calls an action of the running system. @throws Error with what the runner answered */
export function callControl<T>(
  socket: string,
  name: string,
  answer: Pick<DocumentFormat<T>, 'check'>,
  body: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const req = httpRequest({ socketPath: socket, path: `/${name}`, method: 'POST' }, (res) => {
      let text = '';
      res
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => {
          try {
            const value: unknown = JSON.parse(text);
            if (res.statusCode === 200) resolve(answer.check(value, name));
            else reject(new Error(`${name}: ${FAILURE.check(value, name).error}`));
          } catch (error) {
            reject(error as Error);
          }
        });
    });
    req.once('error', (error) => reject(new Error(`the local run does not answer at ${socket}: ${error.message}`)));
    req.end(JSON.stringify(body));
  });
}
