import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  SetAlarmStateCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { paginateListSubscriptionsByTopic, SNSClient } from '@aws-sdk/client-sns';
import { UserError } from '../../contract/errors';
import {
  isConfirmed,
  subscriptionFindings,
  topicOutcome,
  type ActionTaken,
  type TopicSubscription,
} from '../../core/smoke/alarm';
import { smokeAlarm } from '../../core/smoke/plan';
import type { Measured, SmokeDeps } from './deps';
import { lookUntil } from './until';

const TOLD = { everyMs: 2_000, withinMs: 60_000 };
/** SNS counts by the minute, and CloudWatch shows it some minutes later. */
const COUNTED = { everyMs: 15_000, withinMs: 600_000 };
const REASON = 'promha smoke: a test, nothing is wrong';

/** A mail was sent, or not; what SNS counted can be asked for later. */
export interface AlarmSent {
  readonly measured: Measured;
  readonly topicArn: string;
  readonly setAt: number;
}

/** Sets an alarm of the cluster and waits for what CloudWatch says that came of it. */
export async function setAlarm({ handle, signal, say, undo }: SmokeDeps): Promise<AlarmSent> {
  const cloudwatch = new CloudWatchClient({});
  const name = smokeAlarm(handle.cluster);
  const alarm = await readAlarm(cloudwatch, name);
  const topicArn = (alarm.AlarmActions ?? []).find((arn) => arn.includes(':sns:'));
  if (topicArn === undefined || alarm.StateValue === 'ALARM') throw unfit(name, alarm);
  const subscriptions = await readSubscriptions(topicArn);

  const back = undo.defer({
    what: `the alarm ${name} is OK`,
    how: () => setState(cloudwatch, name, 'OK'),
    byHand: 'nothing: CloudWatch sets it right within minutes',
  });
  const setAt = Date.now();
  await setState(cloudwatch, name, 'ALARM');
  say(`${name} is in ALARM; who subscribed: ${subscriptions.map((one) => one.endpoint).join(', ') || 'nobody'}.`);
  const outcome = await lookUntil({ ...TOLD, signal }, async () => {
    const seen = topicOutcome(await readActions(cloudwatch, name), topicArn, setAt);
    return seen.takenAt === null && seen.refused === null ? null : seen;
  });
  await undo.now(back);
  const { takenAt, refused } = outcome ?? { takenAt: null, refused: null };
  return {
    topicArn,
    setAt,
    measured: {
      measurements: {
        topicTold: takenAt === null ? null : Math.max(0, takenAt - setAt) / 1000,
        topicRefused: refused === null ? 0 : 1,
        subscribed: subscriptions.filter(isConfirmed).length,
      },
      findings: [
        ...(refused === null ? [] : [`CloudWatch could not publish: ${refused}`]),
        ...subscriptionFindings(subscriptions),
      ],
    },
  };
}

/** How many notifications SNS delivered since; null: it does not say in time. */
export function deliveredSince({ topicArn, setAt }: AlarmSent, signal: AbortSignal): Promise<number | null> {
  const cloudwatch = new CloudWatchClient({});
  return lookUntil({ ...COUNTED, signal }, async () => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/SNS',
        MetricName: 'NumberOfNotificationsDelivered',
        Dimensions: [{ Name: 'TopicName', Value: topicArn.split(':').at(-1)! }],
        // By whole minutes: the one in which it was set counts.
        StartTime: new Date(Math.floor(setAt / 60_000) * 60_000),
        EndTime: new Date(Date.now() + 60_000),
        Period: 60,
        Statistics: ['Sum'],
      }),
    );
    const sum = Datapoints.reduce((all, { Sum = 0 }) => all + Sum, 0);
    return sum > 0 ? sum : null;
  });
}

async function readAlarm(cloudwatch: CloudWatchClient, name: string): Promise<MetricAlarm> {
  const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  if (MetricAlarms[0] !== undefined) return MetricAlarms[0];
  throw new UserError({
    what: `there is no alarm ${name}`,
    expected: 'the alarms of this version of the app',
    fix: 'deploy it, or look whether AWS_REGION is that of the cluster',
  });
}

function unfit(name: string, { StateValue, AlarmActions = [] }: MetricAlarm): UserError {
  const rings = StateValue === 'ALARM';
  return new UserError({
    what: `the alarm ${name} ${rings ? 'rings already' : 'notifies no topic'}`,
    got: rings ? StateValue : AlarmActions.join(', ') || 'no action',
    expected: rings ? 'OK, so that a change can be seen' : 'an SNS topic',
    fix: rings ? 'see docs/runbook/relay-errors.md' : 'deploy this version of the app',
  });
}

async function setState(cloudwatch: CloudWatchClient, AlarmName: string, StateValue: 'OK' | 'ALARM'): Promise<void> {
  await cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: REASON }));
}

async function readActions(cloudwatch: CloudWatchClient, AlarmName: string): Promise<ActionTaken[]> {
  const { AlarmHistoryItems = [] } = await cloudwatch.send(
    new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: 'Action', ScanBy: 'TimestampDescending' }),
  );
  return AlarmHistoryItems.map(({ Timestamp, HistorySummary = '' }) => ({
    at: Timestamp!.getTime(),
    summary: HistorySummary,
  }));
}

async function readSubscriptions(TopicArn: string): Promise<TopicSubscription[]> {
  const found: TopicSubscription[] = [];
  for await (const page of paginateListSubscriptionsByTopic({ client: new SNSClient({}) }, { TopicArn })) {
    for (const { SubscriptionArn = '', Protocol = '', Endpoint = '' } of page.Subscriptions ?? []) {
      found.push({ arn: SubscriptionArn, protocol: Protocol, endpoint: Endpoint });
    }
  }
  return found;
}
