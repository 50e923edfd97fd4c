import { httpGet } from '../async/http-get';
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

/** The parts that are read of what a task says of the stores that it asks. */
interface Stores {
  readonly data?: Partial<Record<'sidecar' | 'store', readonly { readonly lastError: string | null }[]>>;
}

/** Asks a task whether it is ready, a real query, and which nodes it asks. Never rejects. */
export async function probeTask(task: QueryTask, timeoutMs: number): Promise<TaskProbe> {
  const base = `http://${task.address}:${task.port}`;
  // One deadline for the whole probe. A hung process still accepts connections: only an answer counts.
  const signal = AbortSignal.timeout(timeoutMs);
  const ask = (path: string): Promise<string> =>
    httpGet(`${base}${path}`, signal).catch((error: unknown) => {
      throw new Error(`${path}: ${reasonOf(error)}`);
    });
  try {
    const [, answer, stores] = await Promise.all([
      ask('/-/ready'),
      ask(`/api/v1/query?query=${encodeURIComponent(QUERY)}`),
      ask('/api/v1/stores'),
    ]);
    const { data } = JSON.parse(answer) as { data?: { result?: { value?: [number, string] }[] } };
    if (data?.result?.[0]?.value?.[1] !== '1') throw new Error(`${QUERY} is answered by ${answer.slice(0, 100)}`);
    const asked = (JSON.parse(stores) as Stores).data ?? {};
    const well = (kind: 'sidecar' | 'store'): boolean => (asked[kind] ?? []).some((store) => store.lastError === null);
    return { task, error: null, blind: !well('sidecar'), history: well('store') };
  } catch (error) {
    return { task, error: reasonOf(error), blind: false, history: false };
  }
}
