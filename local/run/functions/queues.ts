import type { DeployedAlarm } from './alarms';
import type { MetricStore } from './metrics';

/** Sends to a queue of SQS, or nothing, and says how many messages wait there. */
export type SendToQueue = (name: string, message: object | null) => Promise<number>;

/** SQS as far as Lambda and alarms need it: what was given up is put there, and how much of it waits is measured. */
export class Queues {
  constructor(
    private readonly sendTo: SendToQueue,
    private readonly metrics: Pick<MetricStore, 'put'>,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Of ARNs of other services nothing is sent. */
  send(arn: string, message: object): void {
    const [, , service, , , name] = arn.split(':');
    if (service === 'sqs' && name !== undefined) this.tell(name, message);
  }

  /** Every minute, of those that an alarm looks at. */
  measure(alarms: readonly Pick<DeployedAlarm, 'metric'>[]): void {
    const looked = alarms.flatMap(({ metric: { namespace, dimensions } }) =>
      namespace === 'AWS/SQS' && dimensions.QueueName !== undefined ? [dimensions.QueueName] : [],
    );
    for (const name of new Set(looked)) this.tell(name, null);
  }

  private tell(QueueName: string, message: object | null): void {
    const metric = { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', dimensions: { QueueName } };
    this.sendTo(QueueName, message).then(
      (waiting) => this.metrics.put(metric, waiting, Date.now()),
      // While the emulator is stopped nothing is measured; what should have been sent is lost.
      (error: Error) => message !== null && this.onError(error),
    );
  }
}
