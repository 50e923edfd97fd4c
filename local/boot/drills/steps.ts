import type { Measurements } from '../../../lib/contract/check';
import { sleepUnlessStopped } from '../../drills/clock';
import type { BootWorld } from '../world/world';
import type { NodeOptions } from '../world/node';

const LOOK_MS = 500;
export const FORMATS = /"step":"format"/;
const STARTS = /"event":"process-started"/;
export const INSTALLS = /"event":"artifact-installed"/;

/** Its machine is there, with its metadata service, and gets power. Returns when, ms since the Unix epoch. */
export async function switchOn(world: BootWorld, options: NodeOptions = {}): Promise<number> {
  const node = await world.make(options);
  node.startMetadata();
  return powerOn(world);
}

export async function powerOn({ node, say }: BootWorld): Promise<number> {
  say('  power on');
  const since = Date.now();
  await node.machine.powerOn();
  return since;
}

/** Looks on while it has to wait: does it answer, does it leave alone what it must, does it say why. */
export async function whileWaiting(world: BootWorld, ms: number, why: RegExp): Promise<Measurements> {
  const { answered, silent } = await looks(world, ms, async () => void (await world.status()));
  return {
    answeredWhileWaiting: answered,
    silentWhileWaiting: silent,
    formattedWhileWaiting: await world.logged(FORMATS),
    startedWhileWaiting: await world.logged(STARTS),
    saidWhy: (await world.logged(why)) > 0 ? 1 : 0,
  };
}

/** How often something answered, and how often it did not. */
export async function looks(
  { signal }: BootWorld,
  ms: number,
  look: () => Promise<void>,
): Promise<{ readonly answered: number; readonly silent: number }> {
  let [answered, silent] = [0, 0];
  for (const end = Date.now() + ms; Date.now() < end; await sleepUnlessStopped(LOOK_MS, signal)) {
    await look().then(
      () => (answered += 1),
      () => (silent += 1),
    );
  }
  return { answered, silent };
}

/** Remembers the samples of now. What is returned compares them with what is there later. */
export async function rememberSamples(world: BootWorld): Promise<() => Promise<Measurements>> {
  // What is appended just now is no part of it.
  const at = Date.now() / 1000 - 3;
  const before = await world.samplesUntil(at);
  return async () => {
    const after = await world.samplesUntil(at);
    const lost = Math.max(before.count - after.count, before.digest === after.digest ? 0 : 1);
    return { samplesKept: after.count, samplesLost: lost };
  };
}
