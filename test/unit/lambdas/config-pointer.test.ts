import { readSchedule, syncConfigPointer } from '../../../lambdas/health-check/config-pointer';
import type { ConfigPointer } from '../../../lib/contract/documents/config';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const event = (name: string, time: string) => ({
  source: 'schedule',
  time,
  config: { version: 1, bucket: 'b', key: name, hash: name.repeat(64) },
});

/** S3 as the function sees it; `between`: what happens after the next read. */
class Store {
  stands: { pointer: ConfigPointer; etag: string } | null = null;
  between: (() => void) | null = null;
  reads = 0;
  readonly readConfigPointer = async () => {
    this.reads += 1;
    const read = this.stands;
    this.between?.();
    this.between = null;
    return read;
  };
  readonly writeConfigPointer = async (pointer: ConfigPointer, etag: string | null) => {
    if ((this.stands?.etag ?? null) !== etag) return 'lost' as const;
    this.put(pointer);
    return 'written' as const;
  };
  put(pointer: ConfigPointer): void {
    this.stands = { pointer, etag: String(Number(this.stands?.etag ?? 0) + 1) };
  }
  get key(): string | undefined {
    return this.stands?.pointer.key;
  }
}

let store: Store;
const hear = (name: string, time: string): Promise<void> =>
  syncConfigPointer(readSchedule(event(name, time))!, store, NOW);
beforeEach(() => {
  store = new Store();
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => jest.restoreAllMocks());

test('a late event carries an old configuration, and it stays away', async () => {
  await hear('a', '2026-01-01T11:00:00Z');
  await hear('b', '2026-01-01T11:58:00Z');
  await hear('a', '2026-01-01T11:57:00Z');
  expect(store.key).toBe('b');
  // With a newer time too, as EventBridge may send it just after a deploy; until it goes on.
  await hear('a', '2026-01-01T11:59:00Z');
  expect(store.key).toBe('b');
  await hear('a', '2026-01-01T12:00:00Z');
  expect(store.key).toBe('a');
});

test('who read before another one wrote decides anew', async () => {
  await hear('c', '2026-01-01T11:00:00Z');
  store.between = () => store.put({ version: 1, bucket: 'b', key: 'e', hash: 'e'.repeat(64), generation: NOW });
  await hear('d', '2026-01-01T11:58:00Z');
  expect(store.key).toBe('e');
});

test('what is settled is not read again, and the next event is', async () => {
  for (const time of ['11:01', '11:01', '11:02']) await hear('f', `2026-01-01T${time}:00Z`);
  expect(store.reads).toBe(2);
});

test('an event without a configuration is of no consequence', () =>
  expect(readSchedule({ source: 'schedule', time: '2026-01-01T11:00:00Z' })).toBeNull());
