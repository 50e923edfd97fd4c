import { UserError } from '../../contract/errors';
import { durationMs } from '../../contract/duration';

/** A silence as Alertmanager's API v2 tells it. */
export interface ToldSilence {
  readonly id: string;
  readonly status: { readonly state: string };
  readonly matchers: readonly {
    readonly name: string;
    readonly value: string;
    readonly isRegex: boolean;
    readonly isEqual?: boolean | undefined;
  }[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

/** One as it is made; Alertmanager gives it an id of its own. */
export type NewSilence = Omit<ToldSilence, 'id' | 'status'>;

type SilenceMatcher = NewSilence['matchers'][number];

/** In one line, as people say it to each other. */
export function silenceInWords({ matchers, startsAt, endsAt, createdBy, comment }: NewSilence): string {
  return `{${matchers.map(matcherInWords).join(', ')}} from ${startsAt} to ${endsAt}, ${createdBy}: ${comment}`;
}

function matcherInWords({ name, value, isRegex, isEqual = true }: SilenceMatcher): string {
  const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
  return `${name}${operator}"${value}"`;
}

/** What an operator asks for, as typed. */
export interface AskedSilence {
  /** As amtool takes them: alertname=Name, instance=~"a|b", job!=x; one without an operator is the alert's name. */
  readonly matchers: readonly string[];
  readonly for: string;
  readonly comment: string;
  readonly by: string;
}

const EXAMPLE = `promha silence add RedisDown 'instance=~"10.0.1.*"' --for 2h --comment 'disk is replaced'`;

/** From now on. @param now ms since the Unix epoch. @throws UserError for what Alertmanager would not mean the same by */
export function newSilence(asked: AskedSilence, now: number): NewSilence {
  const comment = asked.comment.trim();
  if (comment === '' || comment.startsWith('--'))
    throw new UserError({
      what: '--comment does not say why',
      got: comment === '' ? 'nothing' : comment,
      expected: 'what whoever finds the silence should know',
      fix: EXAMPLE,
    });
  const lasts = durationMs(asked.for);
  if (lasts === 0)
    throw new UserError({ what: '--for is no time', got: asked.for, expected: 'such as 30m or 2h', fix: EXAMPLE });
  return {
    matchers: asked.matchers.map(readMatcher),
    startsAt: new Date(now).toISOString(),
    endsAt: new Date(now + lasts).toISOString(),
    createdBy: asked.by,
    comment,
  };
}

/** @throws UserError */
function readMatcher(typed: string): SilenceMatcher {
  const [, name, operator, written] = /^([^=!~"]*?)\s*(=~|!~|!=|=)\s*(.*)$/s.exec(typed) ?? [];
  if (operator === undefined && /^[^=!~"\s{},]+$/.test(typed))
    return { name: 'alertname', value: typed, isRegex: false, isEqual: true };
  const value = written === undefined ? null : unquoted(written);
  if (name === undefined || name.trim() === '' || value === null)
    throw new UserError({
      what: 'not a matcher',
      got: typed === '' ? 'nothing' : typed,
      expected: 'NAME=VALUE, NAME!=VALUE, NAME=~REGEX or NAME!~REGEX, a value in double quotes or without any',
      fix: EXAMPLE,
    });
  return { name: name.trim(), value, isRegex: operator!.endsWith('~'), isEqual: operator!.startsWith('=') };
}

/** null: a quote that does not end, or something behind it. */
function unquoted(written: string): string | null {
  if (!written.includes('"')) return written;
  const [, inside] = /^"((?:[^"\\]|\\.)*)"$/s.exec(written) ?? [];
  return inside === undefined ? null : inside.replace(/\\([\\"n])/g, (_, c: string) => (c === 'n' ? '\n' : c));
}
