import { z } from 'zod';
import { lookOften } from './look-often';

/** As `local/emulator/orders.py` serves them. */
const order = z.discriminatedUnion('what', [
  z.object({
    number: z.number(),
    what: z.literal('set-alarm'),
    alarm: z.string(),
    state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
    reason: z.string(),
  }),
  z.object({
    number: z.number(),
    what: z.literal('run-command'),
    document: z.string(),
    instances: z.array(z.string()),
    commands: z.array(z.string()),
  }),
]);
const answer = z.object({ orders: z.array(order) });

/** What somebody ordered by an API of AWS and the emulator only noted. */
export type ApiOrder = z.infer<typeof order>;

const EVERY_MS = 300;
const TIMEOUT_MS = 2_000;

/** Calls `carryOut` with each order, one after the other. What it rejects with is told. While the emulator does not answer, nothing happens. */
export function followOrders(
  endpoint: string,
  carryOut: (order: ApiOrder) => Promise<void>,
  onError: (error: Error) => void,
): { stop(): Promise<void> } {
  let after = 0;
  return lookOften(EVERY_MS, async () => {
    const url = `${endpoint}/_promha/orders?after=${after}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    for (const one of answer.parse(await response.json()).orders) {
      after = one.number;
      await carryOut(one).catch(onError);
    }
  });
}

/** Tells the emulator what it has to answer from now on. @throws Error when it does not take it */
export async function tellEmulator(endpoint: string, what: string, told: unknown): Promise<void> {
  await post(endpoint, what, told);
}

const depth = z.object({ waiting: z.number() });

/** Sends to a queue of SQS; null: nothing. @returns how many messages wait there @throws Error when the emulator does not take it */
export async function sendToQueue(endpoint: string, name: string, message: object | null): Promise<number> {
  return depth.parse(await post(endpoint, 'queue', { name, message })).waiting;
}

async function post(endpoint: string, what: string, told: unknown): Promise<unknown> {
  const response = await fetch(`${endpoint}/_promha/${what}`, {
    method: 'POST',
    body: JSON.stringify(told),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the emulator answered ${response.status} to ${what}`);
  return response.json();
}
