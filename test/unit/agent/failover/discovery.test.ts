import { Discovery } from '../../../../agent/failover/discovery';

const metrics = (targets: number): string =>
  `prometheus_sd_discovered_targets{config="ec2",name="scrape"} ${targets}\n`;

function setUp() {
  const world = { startedAt: '2026-01-01T00:00:00Z' as string | null, now: Date.UTC(2026, 0, 1), targets: 0, asked: 0 };
  const discovery = new Discovery({
    node: 'a',
    nodes: () => ['a', 'b'],
    startedAt: () => world.startedAt,
    metrics: async () => {
      world.asked += 1;
      if (world.targets < 0) throw new Error('ECONNREFUSED');
      return metrics(world.targets);
    },
    known: async () => new Map([['ec2', 2]]),
    now: () => world.now,
    log: () => {},
  });
  return { world, discovery };
}

test('what is not found is said until it is, and then nobody is asked any more', async () => {
  const { world, discovery } = setUp();
  await discovery.round();
  expect(discovery.undiscovered).toEqual(['ec2']);
  world.now += 600_000;
  await discovery.round();
  expect(discovery.undiscovered).toEqual(['ec2']);
  world.targets = 2;
  await discovery.round();
  expect(discovery.undiscovered).toEqual([]);
  // Targets that go later are gone, or were not looked for again: both are known to whoever looks at them.
  world.targets = 0;
  await discovery.round();
  expect([discovery.undiscovered, world.asked]).toEqual([[], 3]);
});

test('right after a start it goes on looking: others have not been scraped yet', async () => {
  const { world, discovery } = setUp();
  world.targets = 2;
  await discovery.round();
  world.targets = 0;
  world.now += 14_000;
  await discovery.round();
  expect(discovery.undiscovered).toEqual(['ec2']);
});

test('another start forgets what was found; who does not run or answer says nothing new', async () => {
  const { world, discovery } = setUp();
  world.targets = 2;
  world.now += 15_000;
  await discovery.round();
  world.startedAt = null;
  await discovery.round();
  [world.startedAt, world.targets] = ['2026-01-01T01:00:00Z', -1];
  await discovery.round();
  expect(discovery.undiscovered).toEqual([]);
  world.targets = 0;
  await discovery.round();
  expect(discovery.undiscovered).toEqual(['ec2']);
});
