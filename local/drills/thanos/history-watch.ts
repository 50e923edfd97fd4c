import { awaitAll, must } from '../clock';
import { anyHistory, samplesWrong, type Imported } from './history-steps';
import type { Measuring } from '../instrument';
import type { TestBed } from '../test-bed';

const LOOK_MS = 1_000;
const BACK_MS = 120_000;
/** The store gateway looks for new blocks once a minute or so. */
const SERVED_MS = 240_000;

/** Whether data that exists only in the bucket is answered, looked at every second. */
export function historyWatch(world: TestBed): Measuring {
  const looks: { readonly at: number; readonly wrong: number }[] = [];
  let imported: Imported | undefined;
  let looking = false;
  let stopped = false;
  const look = async (): Promise<void> => {
    if (looking || imported === undefined) return;
    looking = true;
    const at = Date.now();
    try {
      looks.push({ at, wrong: await samplesWrong(world, imported) });
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => {
    look().catch((error: Error) => {
      // The system may be on its way down before an answer came.
      if (!stopped) world.say(`    history is not answered: ${error.message}`);
    });
  }, LOOK_MS);
  return {
    async beforeFault() {
      imported = await anyHistory(world, world.state.nodes[0]!.node);
      await look();
    },
    async finish({ struckAt, undoneAt }) {
      const backAt = (): number | undefined => looks.find((l) => l.at >= undoneAt && l.wrong === 0)?.at;
      await awaitAll(() => (backAt() === undefined ? 'history is not back' : null), {
        timeoutMs: BACK_MS,
        signal: world.signal,
      });
      const during = looks.filter((l) => l.at > struckAt && l.at < undoneAt);
      return {
        measurements: {
          historyWrongBefore: looks.find((l) => l.at <= struckAt)?.wrong ?? null,
          historyWrongDuring: during.length === 0 ? null : Math.max(...during.map((l) => l.wrong)),
          historyBack: backAt() === undefined ? null : (backAt()! - undoneAt) / 1000,
        },
        findings: [],
      };
    },
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

/** History has to be there, in the bucket only, and answered, before the fault. */
historyWatch.prepare = async (world: TestBed): Promise<void> => {
  const history = await anyHistory(world, world.state.nodes[0]!.node);
  const missing = async (): Promise<string | null> => {
    const wrong = await samplesWrong(world, history);
    return wrong === 0 ? null : `${wrong} samples are wrong`;
  };
  await must('what is in the bucket only is not answered', SERVED_MS, world.signal, missing, LOOK_MS);
};
