import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { atMost } from '../../../agent/base/deadline';
import { httpGet } from '../../../lib/shell/async/http-get';
import { FAULT_S } from '../choreography';
import { until } from '../clock';
import { FAILOVER } from '../failover/failover-scenarios';
import type { Instrument, MetricReading } from '../instrument';
import type { Scenario } from '../scenario';
import { oracleOf, prometheusOf, statusOf, type TestBed } from '../test-bed';
import { queriesOf } from '../thanos';
import { valueAt } from './node-looks';

/** So many at once, again and again. */
const CLIENTS = 20;
const GIVEN_UP_MS = 60_000;
/** Every series of everything, each of its samples looked at hundreds of times. */
const QUERY = 'sum by (__name__) (count_over_time({__name__=~".+"}[10m:1s]))';
const path = (nowS: number): string =>
  `/api/v1/query_range?${new URLSearchParams({ query: QUERY, start: String(nowS - 3_600), end: String(nowS), step: '5' })}`;

const MISSED = 'sum(prometheus_rule_group_iterations_missed_total';

async function askForDeath(world: TestBed, struckAt: number): Promise<MetricReading> {
  const end = struckAt + FAULT_S * 1000;
  let [answered, refused] = [0, 0];
  const reasons = new Set<string>();
  const client = async (): Promise<void> => {
    while (Date.now() < end) {
      const signal = atMost(GIVEN_UP_MS, world.signal);
      await httpGet(`${queriesOf(world)}${path(Math.floor(Date.now() / 1000))}`, signal, 64 * 2 ** 20).then(
        () => (answered += 1),
        async (error: Error) => {
          refused += 1;
          reasons.add(error.message.slice(0, 160));
          await until(Date.now() + 500, world.signal);
        },
      );
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return {
    measurements: { deathsAsked: answered + refused, deathsRefused: refused },
    findings: [...reasons].slice(0, 5).map((reason) => `a query of death: ${reason}`),
  };
}

/** Programs that ended, and evaluations that a node missed while the oracle, on the same machine, did not. */
const exitsAndEvaluations: Instrument = (world) => {
  const counts = async (at: number): Promise<{ exits: number; missed: number }> => {
    const statuses = await Promise.all(world.state.nodes.map(({ node }) => statusOf(world, node)));
    const restarts = statuses.map(
      ({ prometheus, alertmanager, sidecar, nodeQuery }) =>
        prometheus.restarts + alertmanager.restarts + (sidecar?.restarts ?? 0) + (nodeQuery?.restarts ?? 0),
    );
    // Each task has a log of its own.
    const tasks = readdirSync(join(world.state.dir, 'logs')).filter((name) => /^(query|store)-\d+\.log$/.test(name));
    const own = await Promise.all(
      world.state.nodes.map(({ node }) => valueAt(prometheusOf(world, node), `${MISSED}{node="${node}"})`, at)),
    );
    return { exits: restarts.reduce((a, b) => a + b, tasks.length), missed: Math.max(...own) };
  };
  const ofOracle = async (): Promise<number> => {
    const text = await httpGet(`${oracleOf(world)}/metrics`, AbortSignal.timeout(10_000), 64 * 2 ** 20);
    const found = [...text.matchAll(/^prometheus_rule_group_iterations_missed_total\{[^}]*\} (\S+)$/gm)];
    return found.reduce((sum, [, value]) => sum + Number(value), 0);
  };
  let before = { exits: 0, missed: 0, oracle: 0 };
  return {
    async beforeFault() {
      before = { ...(await counts(Date.now())), oracle: await ofOracle() };
    },
    async finish({ endedAt }) {
      const after = await counts(endedAt);
      const [missed, oracle] = [after.missed - before.missed, (await ofOracle()) - before.oracle];
      return {
        measurements: {
          programsEnded: after.exits - before.exits,
          evaluationsMissed: missed,
          oracleEvaluationsMissed: oracle,
          evaluationsMissedBeyond: Math.max(0, missed - oracle),
        },
        findings: [],
      };
    },
  };
};

export const QUERY_OF_DEATH: Scenario = {
  ...FAILOVER,
  name: 'query-of-death',
  what: `${CLIENTS} clients ask for everything at once through the query port, for ${FAULT_S} s`,
  hurts: 'nobody',
  takeover: 'none',
  epochs: 0,
  needsThanos: true,
  instruments: [exitsAndEvaluations],
  inject: async () => Date.now(),
  course: (world, _, struckAt) => askForDeath(world, struckAt),
  undo: async () => Date.now(),
};
