import { NOT_HERE } from '../../../lib/infra/config/overlay/contain-targets';
import { DEMO_ALERTS } from '../../demo/demo';
import type { Instrument } from '../instrument';
import { NodeLooks, valueAt } from './node-looks';
import { readNotifications, NOTIFICATION_SOURCES } from '../judge/notifications';
import { prometheusOf } from '../test-bed';

/** A target that explodes: what the nodes took of it, what else was touched, and when it was sent. */
export const explosionWatch =
  (alert: string, job: string, label: string): Instrument =>
  (world) => {
    let looks: NodeLooks | undefined;
    return {
      async beforeFault() {
        looks = new NodeLooks(world);
      },
      async finish({ struckAt, undoneAt }) {
        looks!.stop();
        const seconds = Math.ceil((undoneAt - struckAt) / 1000);
        const sum = async (query: string): Promise<number> => {
          const nodes = world.state.nodes.map((n) => valueAt(prometheusOf(world, n.node), query, undoneAt));
          return (await Promise.all(nodes)).reduce((total, n) => total + n, 0);
        };
        const toldOf = (name: string): number | null => {
          const sent = readNotifications(world.state.pages).find(
            (t) =>
              t.source === NOTIFICATION_SOURCES.system &&
              t.name === name &&
              t.status === 'firing' &&
              t.receivedAt >= struckAt,
          );
          return sent === undefined ? null : Math.round((sent.receivedAt - struckAt) / 10) / 100;
        };
        return {
          measurements: {
            paged: toldOf(alert),
            reasonTold: toldOf(DEMO_ALERTS.scrapeLimit),
            explodedStored: await sum(`count(count_over_time({job="${job}",${label}!=""}[${seconds}s]))`),
            failedScrapes: await sum(`sum(sum_over_time((1 - up{job="${job}"})[${seconds}s:1s]))`),
            othersFailed: await sum(`sum(sum_over_time((1 - up{job!="${job}",${NOT_HERE.name}=""})[${seconds}s:1s]))`),
            nodesNotReady: looks!.notReady,
            memoryMiB: looks!.memory.nodes,
          },
          findings: [],
        };
      },
      stop: () => looks?.stop(),
    };
  };
