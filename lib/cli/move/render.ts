import type { Move } from '../../contract/documents/move';

/** How far it is, and what it brought along. */
export function renderMove(move: Move | null): string {
  if (move === null) return 'No move was ever begun.\n';
  const { from, by, begunAt, known, silences, silence, log, toldAt, abortedAt } = move;
  const told =
    log === null ? 0 : new Set(log.entries.flatMap(({ firing }) => firing.map((l) => JSON.stringify(l)))).size;
  return [
    `From ${from}, by ${by}, begun at ${begunAt}.`,
    `${known.length} alerts known by their labels, ${silences} silences made here.`,
    ...(silence === null ? [] : [`It is silenced there by ${silence}, for 7 days.`]),
    ...(log === null
      ? []
      : [
          `What it had told was read at ${log.readAt}: ${told} alerts that fired then are not told again` +
            `${log.unknown === 0 ? '' : `; ${log.unknown} are in its log that nobody knows any more`}.`,
        ]),
    abortedAt !== null
      ? `Given up at ${abortedAt}: the old one tells again.`
      : toldAt === null
        ? 'Not at its end: `npx promha move switch` goes on, `npx promha move abort` goes back.'
        : `This cluster tells since ${toldAt}.`,
    '',
  ].join('\n');
}
