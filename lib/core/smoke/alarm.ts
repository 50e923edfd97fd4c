/** A line of CloudWatch's history of an alarm, of what its actions came to. */
export interface ActionTaken {
  /** ms since the Unix epoch. */
  readonly at: number;
  /** In CloudWatch's words. */
  readonly summary: string;
}

export interface TopicOutcome {
  /** When the topic took it; null: not yet. */
  readonly takenAt: number | null;
  /** Why it did not; null: it did, or has not been tried. */
  readonly refused: string | null;
}

/** Clocks of CloudWatch and of this machine may be apart. */
const CLOCKS_MS = 60_000;

/** What came of publishing to a topic since `from`: of its lines the newest. CloudWatch tells nobody else. */
export function topicOutcome(lines: readonly ActionTaken[], topicArn: string, from: number): TopicOutcome {
  const [newest] = lines
    .filter(({ at, summary }) => at >= from - CLOCKS_MS && mentions(summary, topicArn))
    .sort((a, b) => b.at - a.at);
  if (newest === undefined) return { takenAt: null, refused: null };
  const taken = newest.summary.startsWith('Successfully executed action');
  return taken ? { takenAt: newest.at, refused: null } : { takenAt: null, refused: newest.summary };
}

/** `…:alarms` is no mention of `…:alarm`. */
const mentions = (summary: string, arn: string): boolean =>
  summary.split(/[\s"']+/).some((word) => word.replace(/[.,:]+$/, '') === arn);

/** As SNS lists it. Until somebody follows the link in SNS's first mail, its ARN is no ARN. */
export interface TopicSubscription {
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
}

export const isConfirmed = ({ arn }: TopicSubscription): boolean => arn.startsWith('arn:');

/** What is wrong with who hears of alarms; one sentence each. */
export function subscriptionFindings(subscriptions: readonly TopicSubscription[]): string[] {
  if (subscriptions.length === 0) {
    return ['Nobody subscribed to the topic of the alarms: set `alarmEmail` in config/cluster.ts, or subscribe to it.'];
  }
  return subscriptions
    .filter((one) => !isConfirmed(one))
    .map(
      ({ protocol, endpoint }) => `The subscription of ${endpoint} (${protocol}) is not confirmed: SNS sent a link.`,
    );
}
