import * as fc from 'fast-check';
import { KNOWN_PEERS, PID_FILE, WANTED_BLOCKS } from '../../../lib/contract/documents/agent-files';
import { INVENTORY } from '../../../lib/contract/documents/agent/inventory';
import { AGENT_STATUS } from '../../../lib/contract/documents/agent-status';
import { HELD_ALERTS, NOTIFICATION, POSTED_ALERTS } from '../../../lib/contract/documents/alerts';
import { ANNOUNCEMENT } from '../../../lib/contract/documents/announcement';
import { ASSIGNMENT, type Assignment } from '../../../lib/contract/documents/assignment';
import * as events from '../../../lib/contract/documents/events';
import { QUARANTINE_MANIFEST } from '../../../lib/contract/documents/quarantine';
import { LOAD_SETTINGS, QUERY_ROUTES } from '../../../lib/contract/documents/settings';
import { ONE_SHARD, SHARD_MAP } from '../../../lib/contract/documents/shard-map';
import { UserError } from '../../../lib/contract/errors';
import type { DocumentFormat } from '../../../lib/contract/document';
import { anAnnouncement } from '../../fixtures/builders';
import { promoted } from '../../../lib/core/failover/promoted';
import { WRITTEN } from './written-documents';

const { ALARM_EVENT, SCHEDULE_EVENT, OPERATOR_EVENT, AGENT_EVENT, REMEDY_REQUEST, WAKE_EVENT } = events;

const OTHERS = [
  AGENT_STATUS,
  POSTED_ALERTS,
  NOTIFICATION,
  INVENTORY,
  LOAD_SETTINGS,
  QUERY_ROUTES,
  ALARM_EVENT,
  SCHEDULE_EVENT,
  OPERATOR_EVENT,
  AGENT_EVENT,
  REMEDY_REQUEST,
  WAKE_EVENT,
] as readonly DocumentFormat<unknown>[];

describe.each(Object.entries(WRITTEN))('the %s', (_, [format, document]) => {
  test('is read back as it was written, with what nobody here knows', () =>
    fc.assert(
      fc.property(document, fc.json(), (written, unknown) => {
        const more = Array.isArray(written)
          ? written
          : { ...(written as object), 'a field of tomorrow': JSON.parse(unknown) };
        expect(format.parse(format.serialize(more), 'here')).toEqual(JSON.parse(JSON.stringify(more)));
      }),
      { numRuns: 40 },
    ));

  test('of which a part is something else is refused in words, never with another error', () =>
    fc.assert(
      fc.property(document, fc.nat(), fc.json(), (written, at, other) => {
        const keys = Object.keys(written as object);
        if (keys.length === 0) return;
        const wrong = { ...(written as object), [keys[at % keys.length]!]: JSON.parse(other) as unknown };
        onlyUserErrors(() =>
          format.parse(JSON.stringify(Array.isArray(written) ? Object.values(wrong) : wrong), 'here'),
        );
      }),
      { numRuns: 40 },
    ));
});

test('whatever is read, what is thrown is a UserError', () => {
  const formats = [...Object.values(WRITTEN).map(([format]) => format), ...OTHERS];
  fc.assert(
    fc.property(fc.constantFrom(...formats), fc.oneof(fc.json(), fc.string()), (format, any) =>
      onlyUserErrors(() => format.parse(any, 'here')),
    ),
    { numRuns: 1_000 },
  );
});

function onlyUserErrors(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
  }
}

describe('what is nested without end', () => {
  const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  test.each([
    ['brackets', deep(200_000)],
    ['brackets without end', '['.repeat(4_000_000)],
    ['objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['a field of tomorrow', `{"alerts":[],"x":${deep(200)}}`],
  ])('%s are refused in words', (_, text) => {
    expect(() => HELD_ALERTS.parse(text, 'here')).toThrow(/is nested too deeply\n {2}got: /);
  });

  test('and brackets in a text are a text', () =>
    expect(
      HELD_ALERTS.parse(JSON.stringify({ alerts: [{ labels: { a: `\\"${deep(200)}` } }] }), 'here').alerts,
    ).toHaveLength(1));

  test('an event of a function is refused in words as well', () =>
    expect(() => ALARM_EVENT.check(JSON.parse(deep(100_000)), 'the event')).toThrow(UserError));
});

describe('what cannot be read back is not written', () => {
  const written: Assignment = promoted(null, { active: 'a', reason: '', by: 'agent', appliedEpoch: 0 }, 0, 1);
  test.each([
    ['an epoch beyond all', { ...written, epoch: 2 ** 53 }],
    ['a time that is none', { ...written, at: 'Invalid Date' }],
    ['more than is ever read', { ...written, reason: 'x'.repeat(100_000) }],
  ])('%s', (_, next) => expect(() => ASSIGNMENT.serialize(next)).toThrow(UserError));
});

test.each([
  ['{}', KNOWN_PEERS],
  ['null', PID_FILE],
  ['[{"ulid":"../x","minTime":0,"maxTime":1,"failures":0}]', WANTED_BLOCKS],
  [
    '{"version":1,"incident":"i","at":"2026-01-01","expires":"2026-01-01","items":[],"pending":[{"from":"a","to":"../../etc/x"}]}',
    QUARANTINE_MANIFEST,
  ],
  [
    '{"version":1,"incident":"..","at":"2026-01-01","expires":"2026-01-01","items":[],"pending":[]}',
    QUARANTINE_MANIFEST,
  ],
] as [string, DocumentFormat<unknown>][])('%s is refused', (text, format) =>
  expect(() => format.parse(text, 'here')).toThrow(UserError),
);

test.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['0.0.0.0', false],
  ['169.254.169.254', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['evil:80/x?', false],
  ['10.0.0.1:9090', false],
  ['::1', false],
])('a node that announces %s is believed: %s', (address, isBelieved) => {
  const text = JSON.stringify(anAnnouncement('a', { address }));
  const read = () => ANNOUNCEMENT.parse(text, 'here').address;
  if (isBelieved) expect(read()).toBe(address);
  else expect(read).toThrow(UserError);
});

test('a promotion by an older program keeps what a newer one wrote', () => {
  const newer = ASSIGNMENT.parse(
    JSON.stringify({
      ...promoted(null, { active: 'a', reason: '', by: 'agent', appliedEpoch: 0 }, 0, 1),
      tomorrow: { x: [1] },
    }),
    'here',
  );
  const next = promoted(newer, { active: 'b', reason: 'r', by: 'health-check', appliedEpoch: 0 }, 1_000, 1);
  expect(JSON.parse(ASSIGNMENT.serialize(next))).toMatchObject({ active: 'b', epoch: 2, tomorrow: { x: [1] } });
});

test('one shard is a shard map', () =>
  expect(SHARD_MAP.parse(SHARD_MAP.serialize(ONE_SHARD), 'here')).toEqual(ONE_SHARD));
