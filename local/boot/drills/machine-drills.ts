import { sleepUnlessStopped } from '../../drills/clock';
import { holdLoop } from '../../run/debugger/debugger';
import type { BootDrill } from './drill';
import { powers } from './power';
import { FORMATS, INSTALLS, looks, powerOn, rememberSamples, switchOn, whileWaiting } from './steps';

const WAIT_MS = 15_000;
const METADATA_LATE_MS = 30_000;
/** Room for what is installed, and not for much more. */
const SMALL_ROOT_BYTES = 1.2e9;
/** Of the names that were asked for, those that are neither its own nor the VPC's, nor what cloud-init tries a resolver with. */
export const namesOutside = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name) => name.includes('.') && !/(\.(internal|arpa|invalid)|\.example\.com)$/.test(name))),
];

const AGENT = 'prometheus-ha-agent.service';
const HELD_MS = 300_000;
const BACK_MS = 60_000;

const FILL =
  'dd if=/dev/zero of=/var/fill bs=1M 2>/dev/null; dd if=/dev/zero of=/var/fill2 bs=4k 2>/dev/null; sync; true';

export const MACHINE_DRILLS: readonly BootDrill[] = [
  {
    name: 'boot-first',
    what: 'a new instance with a blank volume, programs from the internet',
    async course(world) {
      const up = await world.comesUp(await switchOn(world));
      const fromTheWeb = world.bed.web!.asked.length;
      const formatted = await world.logged(FORMATS);
      return { ...up, ...(await world.units()), ...(await powers(world)), formatted, fromTheWeb };
    },
  },
  {
    name: 'boot-again',
    what: 'the same instance boots a second time',
    async course(world) {
      await world.comesUp(await switchOn(world));
      const compare = await rememberSamples(world);
      world.say('  it boots again');
      const since = Date.now();
      await world.node.machine.reboot();
      const up = await world.comesUp(since);
      const formattedAgain = await world.logged(FORMATS);
      const installedAgain = await world.logged(INSTALLS);
      return { ...up, ...(await world.units()), formattedAgain, installedAgain, ...(await compare()) };
    },
  },
  {
    name: 'boot-bad-checksum',
    what: 'the mirror has other bytes than were pinned, and nobody else has the right ones, until it is mended',
    mirror: true,
    async course(world) {
      const { putRelease } = world.bed;
      await putRelease('prometheus', Buffer.from('not what was released'));
      const agentAnswers = await world.agentAnswers(await switchOn(world));
      const waiting = await whileWaiting(world, WAIT_MS, /has SHA-256 [0-9a-f]{64}, expected/);
      const { machine } = world.node;
      const installedWrong = Number(
        (await machine.run('sh', '-c', 'ls /opt/prometheus-ha/bin/prometheus 2>/dev/null | wc -l')).trim(),
      );
      const triedAgain = await world.logged(/"event":"artifact-source-failed"[^\n]*SHA-256/);
      world.say('  the mirror is mended');
      const since = Date.now();
      await putRelease('prometheus');
      const up = await world.comesUp(since);
      return { ...up, agentAnswers, ...waiting, ...(await world.units()), installedWrong, triedAgain };
    },
  },
  {
    name: 'boot-metadata-late',
    what: 'the metadata service answers half a minute late',
    async course(world) {
      const node = await world.make();
      await powerOn(world);
      await sleepUnlessStopped(METADATA_LATE_MS, world.signal);
      world.say('  it answers');
      node.startMetadata();
      const up = await world.comesUp(Date.now());
      return { ...up, ...(await world.units()), formatted: await world.logged(FORMATS) };
    },
  },
  {
    name: 'boot-mirror-only',
    what: 'a new instance without internet, programs from the mirror',
    mirror: true,
    async course(world) {
      const up = await world.comesUp(await switchOn(world));
      const outside = namesOutside(world.bed.unknownNames);
      if (outside.length > 0) world.say(`  asked for ${outside.join(', ')}`);
      const namesAsked = outside.length;
      const thanosWell = await world.thanosWell(Date.now());
      const formatted = await world.logged(FORMATS);
      return { ...up, ...(await world.units()), ...(await powers(world)), formatted, namesAsked, thanosWell };
    },
  },
  {
    name: 'boot-loop-stall',
    what: 'the loop of the agent is held by a debugger, and systemd starts the agent anew that its watch has ended',
    async course(world) {
      const up = await world.comesUp(await switchOn(world));
      const { machine } = world.node;
      const units = await world.units();
      const compare = await rememberSamples(world);
      const prometheus = await machine.run('pgrep', '-x', 'prometheus');
      const { startedAt } = await world.status();
      world.say('  its loop is held');
      const since = Date.now();
      const wake = (): Promise<string> => machine.run('systemctl', 'kill', '--signal=USR1', '--kill-who=main', AGENT);
      await holdLoop(HELD_MS, { wake, node: (script) => machine.run('/usr/bin/node-24', ...script) });
      const agentBack = await world.until('another agent', since, BACK_MS, async () => {
        if ((await world.status()).startedAt === startedAt) throw new Error('it is the one of before');
      });
      const programsTouched = (await machine.run('pgrep', '-x', 'prometheus')) === prometheus ? 0 : 1;
      const startedAnew = (await world.units()).agentRestarts;
      const stallsLogged = await world.logged(/"event":"agent-loop-stalled"/);
      return { ...up, ...units, agentBack, startedAnew, stallsLogged, programsTouched, ...(await compare()) };
    },
  },
  {
    name: 'boot-root-full',
    what: 'its root volume fills up to the last block, and it boots again with it full',
    async course(world) {
      const up = await world.comesUp(await switchOn(world, { rootBytes: SMALL_ROOT_BYTES }));
      const { machine } = world.node;
      const units = await world.units();
      const compare = await rememberSamples(world);
      world.say('  its root volume is filled');
      await machine.run('sh', '-c', FILL);
      const rootUsed = Number(/(\d+)%/.exec(await machine.run('df', '--output=pcent', '/'))?.[1]);
      const { silent: missedWhileFull } = await looks(world, WAIT_MS, async () => {
        await world.status();
        await world.scrapes(Date.now(), 1_000);
      });
      world.say('  it boots again, full');
      const since = Date.now();
      await machine.reboot();
      await world.agentAnswers(since);
      const againWhileFull = await world.scrapes(since);
      return { ...up, ...units, rootUsed, missedWhileFull, againWhileFull, ...(await compare()) };
    },
  },
];
