import { Prometheus } from '../../../lib/shell/prometheus/client';
import { oracleOf, prometheusOf, type TestBed } from '../test-bed';

/** Nodes looked at again and again: whether they are ready, and how much memory their Prometheus takes. */
export class NodeLooks {
  private readonly timer: NodeJS.Timeout;
  private looking = false;
  /** Looks at which a node was not ready. */
  notReady = 0;
  looks = 0;
  /** The most that was seen, MiB. */
  readonly memory = { nodes: 0, oracle: 0 };

  constructor(
    private readonly world: TestBed,
    everyMs = 1_000,
  ) {
    this.timer = setInterval(() => void this.look(), everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const nodes = this.world.state.nodes.map((n) => prometheusOf(this.world, n.node));
    const [ready, memory, oracle] = await Promise.all([
      Promise.all(nodes.map(isReady)),
      Promise.all(nodes.map(memoryMiB)),
      memoryMiB(oracleOf(this.world)),
    ]);
    this.looks += 1;
    this.notReady += ready.filter((r) => !r).length;
    this.memory.nodes = Math.max(this.memory.nodes, ...memory);
    this.memory.oracle = Math.max(this.memory.oracle, oracle);
    this.looking = false;
  }
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(3_000) }).then(
    (response) => response.ok,
    () => false,
  );

/** Resident memory of one Prometheus; 0 where it does not say. */
async function memoryMiB(url: string): Promise<number> {
  try {
    const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(3_000) })).text();
    return Math.round(Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1] ?? 0) / 2 ** 20);
  } catch {
    return 0; // whether it answers, isReady says
  }
}

/** The sum of a query's values at a moment, 0 where it has none. */
export async function valueAt(prometheus: string, query: string, at: number): Promise<number> {
  const samples = await new Prometheus(prometheus, { timeoutMs: 10_000 }).vector(query, at);
  return samples.reduce((sum, { value }) => sum + value, 0);
}
