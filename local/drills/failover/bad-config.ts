import { createHash } from 'node:crypto';
import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CONFIG_BUNDLE, type BundleAddress, type ConfigBundle } from '../../../lib/contract/documents/config';
import { LOCAL_CREDENTIALS } from '../../run/deploy/read-back';
import { must, sleepUnlessStopped } from '../clock';
import type { MetricReading } from '../instrument';
import type { Roles, Scenario } from '../scenario';
import { statusOf, type TestBed } from '../test-bed';
import { FAILOVER } from './failover-scenarios';

/** Until the configuration of the start has proved itself, and what is refused by one node is by all. */
const JUDGED_MS = 180_000;
const LOOK_MS = 500;
const HEALTH_CHECK = 'health-check';

/** What runs when the drill begins. */
let deployed: BundleAddress;
let bad: BundleAddress;

async function knownGood(world: TestBed): Promise<void> {
  await must('the configuration is not known to be good', JUDGED_MS, world.signal, async () => {
    const pointer = (await world.store.readConfigPointer())?.pointer;
    if (pointer?.goodAt === undefined) return 'no node that alerts has been well with it for long enough';
    const { bucket, key, hash } = pointer;
    deployed = { bucket, key, hash };
    return null;
  });
}

/** As a `cdk deploy` of it leaves it, without the minute that one takes: a bundle in the bucket, and the schedule's input. */
async function deployBundle(world: TestBed, change: (bundle: ConfigBundle) => ConfigBundle): Promise<number> {
  const { store } = world;
  const { bucket, key } = deployed;
  const bytes = await store.readBytes(bucket, key, CONFIG_BUNDLE.maxBytes);
  const text = CONFIG_BUNDLE.serialize(change(CONFIG_BUNDLE.parse(new TextDecoder().decode(bytes), key)));
  const hash = createHash('sha256').update(text).digest('hex');
  // Its end says that nodes of this cluster may read it.
  bad = { bucket, key: `drill-${hash}${key.slice(key.indexOf('.'))}`, hash };
  const { endpoint, region } = world.state;
  const s3 = new S3Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: bad.key, Body: text }));
  return pointTo(world, bad);
}

/** @returns when, ms since the Unix epoch */
async function pointTo(world: TestBed, to: BundleAddress): Promise<number> {
  const { endpoint, region } = world.state;
  const events = new EventBridgeClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  const { Rules = [] } = await events.send(new ListRulesCommand({}));
  let changed = 0;
  for (const { Name } of Rules) {
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name }));
    const pointing = Targets.filter(({ InputTransformer }) => InputTransformer?.InputTemplate?.includes('"hash"'));
    for (const target of pointing) {
      const { InputTemplate, ...rest } = target.InputTransformer!;
      const next = InputTemplate!
        .replace(/"key":\s*"[^"]*"/, `"key":"${to.key}"`)
        .replace(/"hash":\s*"[^"]*"/, `"hash":"${to.hash}"`);
      const transformed = { ...target, InputTransformer: { ...rest, InputTemplate: next } };
      await events.send(new PutTargetsCommand({ Rule: Name, Targets: [transformed] }));
      changed += 1;
    }
  }
  if (changed !== 1) throw new Error(`${changed} schedules carry a pointer to the configuration, not one`);
  // The next tick comes within a minute; nobody waits for it here.
  const at = Date.now();
  await world.faults.act('release-function', { function: HEALTH_CHECK });
  return at;
}

/** Looks on until no node runs it any more, and all know why. */
async function refused(world: TestBed, { active, standby }: Roles, struckAt: number): Promise<MetricReading> {
  const seen = { activeLoadedBad: 0, canaryTried: 0 };
  let because = '';
  let refusedByCanary: number | null = null;
  const after = (): number => (Date.now() - struckAt) / 1000;
  for (const end = struckAt + JUDGED_MS; Date.now() < end; await sleepUnlessStopped(LOOK_MS, world.signal)) {
    const [one, two] = await Promise.all([active, standby].map((node) => statusOf(world, node).catch(() => null)));
    if (one?.config.hash === bad.hash) seen.activeLoadedBad += 1;
    if (two?.config.hash === bad.hash) seen.canaryTried += 1;
    if (two?.config.refused?.hash === bad.hash) {
      refusedByCanary ??= after();
      ({ because } = two.config.refused);
    }
    const pointer = (await world.store.readConfigPointer().catch(() => null))?.pointer;
    if (refusedByCanary !== null && pointer?.hash === bad.hash && pointer.refused !== undefined) {
      world.say(`    ${standby} refuses it: ${because}`);
      const refusedByPromtool = because.startsWith('promtool') || because.startsWith('amtool') ? 1 : 0;
      const measurements = { ...seen, refusedByPromtool, refusedByCanary, refusedForAll: after() };
      return { measurements, findings: [] };
    }
  }
  return { measurements: { ...seen, refusedByCanary, refusedForAll: null }, findings: ['nobody refused it'] };
}

const BAD_CONFIG = {
  ...FAILOVER,
  hurts: 'standby',
  takeover: 'none',
  epochs: 0,
  prepare: knownGood,
  course: refused,
  undo: (world) => pointTo(world, deployed),
  restore: (world) => pointTo(world, deployed),
} satisfies Partial<Scenario>;

/** promtool takes it, and Prometheus panics as soon as it makes the queue, at a reload and at each start. */
const PANICS = `remote_write:
  - url: http://127.0.0.1:1/
    queue_config: { capacity: 9223372036854775807, max_samples_per_send: 1 }
`;

/** Nearly a million points for each evaluation, of nothing: some half a second, below what has load shed. */
const SLOW = `groups:
  - name: prometheus-ha-drill-slow
    interval: 1s
    rules:
      - record: prometheus_ha_drill_slow
        expr: sum(count_over_time(vector(1)[900s:1ms]))
`;

export const BAD_CONFIGS: readonly Scenario[] = [
  {
    ...BAD_CONFIG,
    name: 'bad-config',
    what: 'a configuration is deployed that promtool takes, and Prometheus dies of it, at each start',
    inject: (world) =>
      deployBundle(world, (bundle) => ({ ...bundle, prometheus: `${bundle.prometheus ?? ''}${PANICS}` })),
  },
  {
    ...BAD_CONFIG,
    name: 'bad-rules',
    what: 'rules are deployed that take ten times as long as all others',
    inject: (world) =>
      deployBundle(world, (b) => ({ ...b, rules: { ...b.rules, 'prometheus-ha-drill-slow.yml': SLOW } })),
  },
];
