import { PROFILE_ALERT } from '../../../lib/core/rendering/profile-alert';
import { WAITING_ALERTS } from '../../workload/exposition';
import { awaitAll } from '../clock';
import type { Instrument } from '../instrument';
import { NodeLooks } from './node-looks';
import { readNotifications, NOTIFICATION_SOURCES } from '../judge/notifications';
import { assignmentsSince } from './record';
import { activeAlertsAt, prometheusOf, shape, type TestBed } from '../test-bed';

const WAITING = 'DrillWaiting';
const LOOK_MS = 500;
const PENDING_WITHIN_MS = 20_000;

/** When each alert that waits began to, by node and number. */
async function waiting(world: TestBed): Promise<Map<string, string>> {
  const found = await Promise.all(
    world.state.nodes.map(async ({ node }) =>
      (await activeAlertsAt(prometheusOf(world, node)))
        .filter((a) => a.labels.alertname === WAITING)
        .map((a) => [`${node} ${a.labels.n}`, a.activeAt] as const),
    ),
  );
  return new Map(found.flat());
}

/** Twenty alerts wait while the profile changes: none may begin anew. Nodes stay ready, and it is sent. */
export const profileWatch: Instrument = (world) => {
  const nodes = world.state.nodes.length;
  const began = new Set<string>();
  let looks: NodeLooks | undefined;
  let timer: NodeJS.Timeout | undefined;
  let first = 0;
  return {
    async beforeFault() {
      first = (await world.store.readAssignment())!.assignment.epoch;
      await shape(world, { waiting: 1 });
      const missing = await awaitAll(
        async () => {
          const now = await waiting(world);
          return now.size === nodes * WAITING_ALERTS ? null : `${now.size} alerts wait`;
        },
        { timeoutMs: PENDING_WITHIN_MS, signal: world.signal },
      );
      if (missing !== null) throw new Error(`${missing}, of ${nodes * WAITING_ALERTS} on ${nodes} nodes`);
      const before = await waiting(world);
      looks = new NodeLooks(world);
      timer = setInterval(() => {
        waiting(world).then(
          (now) => {
            for (const [alert, at] of before) if (now.get(alert) !== at) began.add(alert);
          },
          () => {}, // a node that does not answer is counted as not ready
        );
      }, LOOK_MS);
    },
    // At rest nothing is pending.
    async beforeUndo() {
      clearInterval(timer);
      looks!.stop();
      await shape(world, { waiting: 0 });
    },
    async finish({ startedAt }) {
      const assignments = await assignmentsSince(world, first);
      const changes = assignments.filter(
        ({ scrapeProfile }, i) => i > 0 && scrapeProfile !== assignments[i - 1]!.scrapeProfile,
      );
      const sent = readNotifications(world.state.pages).filter(
        (t) => t.source === NOTIFICATION_SOURCES.system && t.name === PROFILE_ALERT && t.receivedAt >= startedAt,
      );
      const { memory, notReady } = looks!;
      return {
        measurements: {
          profileSteps: changes.length,
          // On each node the same twenty.
          pendingReset: new Set([...began].map((alert) => alert.split(' ')[1])).size,
          nodesNotReady: notReady,
          memoryMiB: memory.nodes,
          oracleMemoryMiB: memory.oracle,
          ownAlertTold: sent.filter((t) => t.status === 'firing').length,
          ownAlertEnded: sent.filter((t) => t.status === 'resolved').length,
        },
        findings: changes.map(
          ({ at, scrapeProfile, reason }) =>
            `+${((Date.parse(at) - startedAt) / 1000).toFixed(0)} s ${scrapeProfile}: ${reason}`,
        ),
      };
    },
    stop() {
      clearInterval(timer);
      looks?.stop();
      shape(world, { waiting: 0 }).catch(() => {}); // the system may be on its way out
    },
  };
};
