import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { S3Client } from '@aws-sdk/client-s3';
import { SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { DrillKind } from '../../core/status/drill-plan';
import type { NodeAnnouncement } from '../../contract/documents/announcement';
import { ANYTHING, callControl } from '../../shell/local/call-control';
import { runningState } from '../../shell/local/run-state';
import type { ClusterHandle } from '../cluster/cluster';
import { NotNow } from '../exit';
import { operateCluster } from './operate';

/** The agent's Prometheus and nothing else; whoever finds it in the history of commands shall know why. */
const KILL = ['# promha drill kill-prometheus', 'pkill -KILL -x prometheus'];

/** Does to the node what a drill is about, and resolves when it was asked for. */
export type FaultInjector = (node: NodeAnnouncement) => Promise<void>;

export function faultInjectors(handle: ClusterHandle, s3: S3Client, local: boolean): Record<DrillKind, FaultInjector> {
  return {
    switchover: async () => {
      const { changed, because, fix } = await operateCluster(handle, s3, {
        kind: 'switchover',
        to: null,
        reason: 'drill',
      });
      if (!changed) throw new NotNow({ what: `nothing was done. ${because}`, fix });
    },
    'kill-prometheus': killPrometheus,
    'lose-machine': local ? losePlayed : loseMachine,
  };
}

const killPrometheus: FaultInjector = async ({ instanceId }) => {
  await new SSMClient({}).send(
    new SendCommandCommand({
      InstanceIds: [instanceId],
      DocumentName: 'AWS-RunShellScript',
      Comment: 'promha drill kill-prometheus',
      Parameters: { commands: KILL },
    }),
  );
};

/** Not by its group: EC2 ends it in order, the group notices and starts another one, as when hardware is retired. */
const loseMachine: FaultInjector = async ({ instanceId }) => {
  await new EC2Client({}).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
};

/** A machine that is played is gone at once, without any order, and comes back: nobody plays its group here. */
const losePlayed: FaultInjector = async ({ node }) => {
  const power = (name: string): Promise<unknown> => callControl(runningState()!.socket, name, ANYTHING, { node });
  await power('power-off');
  setTimeout(() => void power('power-on'), LOST_MS);
};

const LOST_MS = 20_000;
