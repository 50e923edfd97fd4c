import type { ConfigPointer } from '../../../../lib/contract/documents/config';
import { inOrderOfTime, ofConfigurations, ofSilence } from '../../../../lib/core/status/happened';

const pointer = (hash: string, more: Partial<ConfigPointer> = {}): ConfigPointer => ({
  version: 1,
  bucket: 'b',
  key: 'k',
  hash: hash.repeat(64),
  ...more,
});
const at = (minute: number): number => Date.UTC(2027, 0, 1, 0, minute);
const said = (all: ReturnType<typeof ofConfigurations>): string[] =>
  all.map(({ at: when, by, what }) => `${when.slice(14, 16)} ${by}: ${what}`);

test('of each version what the one before did not say', () => {
  const refused = { by: 'node-2', because: 'its rules are slow', at: at(8) };
  const versions = [
    { document: pointer('b', { refused, replaced: 'a'.repeat(64) }), at: at(9) },
    { document: pointer('b', { generation: 1 }), at: at(7) },
    { document: pointer('a', { goodAt: at(2), generation: 2 }), at: at(4) },
    { document: pointer('a', { goodAt: at(2) }), at: at(3) },
    { document: pointer('a'), at: at(1) },
  ];
  expect(said(ofConfigurations(versions))).toEqual([
    '08 node-2: configuration bbbbbbbbbbbb is refused: its rules are slow',
    '07 deploy: configuration bbbbbbbbbbbb is to be run',
    '02 health-check: configuration aaaaaaaaaaaa is good: every node that alerts is well with it',
    '01 deploy: configuration aaaaaaaaaaaa is to be run',
  ]);
});

test('one that is back is deployed anew', () => {
  const versions = [pointer('a'), pointer('b'), pointer('a')].map((document, i) => ({ document, at: at(9 - i) }));
  expect(said(ofConfigurations(versions))).toHaveLength(3);
});

test('a silence begins and ends; all in the order of time, and no more than asked for', () => {
  const silence = { id: 'x', startsAt: '2027-01-01T00:01:00Z', endsAt: '2027-01-01T00:05:00Z', by: 'me', words: '{…}' };
  const ended = ofSilence({ ...silence, hasEnded: true });
  expect(ended.map(({ at: when, by, what }) => [when, by, what])).toEqual([
    [silence.endsAt, '-', 'x has ended'],
    [silence.startsAt, 'me', 'x {…}'],
  ]);
  expect(ofSilence({ ...silence, hasEnded: false })).toHaveLength(1);
  const all = [...ended].reverse();
  expect(inOrderOfTime(all, 1)).toEqual([ended[0]]);
});
