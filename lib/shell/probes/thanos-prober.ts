import { httpGet } from '../async/http-get';
import { Prometheus } from '../prometheus/client';
import { reasonOf } from './prober';
import type { QueryTask } from '../aws/route-book';

/** What one probe of one query task saw; `error` null when it answered. */
export interface TaskProbe {
  readonly task: QueryTask;
  readonly error: string | null;
  /** It answers, but asks no node: it found no sidecar, or none that is well. */
  readonly blind: boolean;
  /** It asks a store gateway that is well: without one it leaves out what only the bucket has, and says nothing of it. */
  readonly history: boolean;
}

/** Needs no store and no sample: it asks whether the task can answer at all. */
const QUERY = 'vector(1)';

/** Asks a task whether it is ready, a real query, and which nodes it asks. Never rejects. */
export async function probeTask(task: QueryTask, timeoutMs: number): Promise<TaskProbe> {
  const url = `http://${task.address}:${task.port}`;
  // One deadline for the whole probe. A hung process still accepts connections: only an answer counts.
  const signal = AbortSignal.timeout(timeoutMs);
  const thanos = new Prometheus(url, { timeoutMs, signal });
  const named = <T>(what: string, answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw new Error(`${what}: ${reasonOf(error)}`);
    });
  try {
    const [, one, stores] = await Promise.all([
      named('/-/ready', httpGet(`${url}/-/ready`, signal)),
      named(QUERY, thanos.value(QUERY)),
      named('/api/v1/stores', thanos.stores()),
    ]);
    if (one !== 1) throw new Error(`${QUERY} is answered by ${one}`);
    const isWell = (kind: 'sidecar' | 'store'): boolean =>
      (stores[kind] ?? []).some((store) => (store.lastError ?? null) === null);
    return { task, error: null, blind: !isWell('sidecar'), history: isWell('store') };
  } catch (error) {
    return { task, error: reasonOf(error), blind: false, history: false };
  }
}
