import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, time } from '../../../lib/contract/shape';

const LINE = ownDocument(
  'log line of an agent',
  fields({ at: time }),
); /** A gate opened or closed; `at` in ms since the Unix epoch. */
export interface GateEvent {
  readonly at: number;
  readonly node: string;
  readonly open: boolean;
}

export interface GateTimes {
  /** For how long no gate was open, and for how long more than one was, ms. */
  readonly noneMs: number;
  readonly severalMs: number;
}

/** How long how many gates were open between `from` and `to`; `open` are the gates open at `from`. */
export function gateTimes(open: readonly string[], events: readonly GateEvent[], from: number, to: number): GateTimes {
  const now = new Set(open);
  const times = { noneMs: 0, severalMs: 0 };
  let since = from;
  const pass = (until: number): void => {
    if (now.size === 0) times.noneMs += until - since;
    if (now.size > 1) times.severalMs += until - since;
    since = until;
  };
  for (const event of [...events].filter((e) => e.at >= from && e.at <= to).sort((a, b) => a.at - b.at)) {
    pass(event.at);
    if (event.open) now.add(event.node);
    else now.delete(event.node);
  }
  pass(to);
  return times;
}

/** The gate's movements in an agent's log. Lines of other programs and half-written ones are passed over. */
export function gateEvents(node: string, log: string): GateEvent[] {
  return log.split('\n').flatMap((line) => {
    const match = /"event":"gate-(opened|closed)"/.exec(line);
    if (match === null || !line.endsWith('}')) return [];
    const { at } = LINE.parse(line, node);
    return [{ at: Date.parse(at), node, open: match[1] === 'opened' }];
  });
}
