import { ALARM, OPERATOR, RoutesLab } from './routes-lab';

/** One decision, asked for. */
const lab = new RoutesLab('127.78.5');
beforeAll(() => lab.start());
beforeEach(() => lab.reset());
afterAll(() => lab.stop());

test('nothing to do, and why', async () => {
  const [first] = await lab.call(OPERATOR);
  expect(first).toMatchObject({ ok: true, value: { acted: false, because: 'Thanos answers.', route: 'thanos' } });
  expect(await lab.pointsTo()).toBe('thanos');
});

test('a task that hangs is left to the load balancer', async () => {
  lab.isHealthy[lab.tasks[0]] = false;
  const [first] = await lab.call(ALARM);
  expect(first!.value).toMatchObject({ acted: false, because: 'Thanos answers, by 1 of 2 query tasks.' });
  expect(await lab.pointsTo()).toBe('thanos');
});

test('a task that answers and asks no node: the load balancer would go on giving it queries', async () => {
  lab.blind = [lab.tasks[1]];
  const [first] = await lab.call(ALARM);
  const because = expect.stringContaining('1 of 2 query tasks answer without asking any node');
  expect(first!.value).toMatchObject({ acted: true, because, route: 'nodes' });
  expect(await lab.pointsTo()).toBe('nodes');
});

test('two calls at once, for tasks that hang, move the listener; a third finds nothing to do', async () => {
  for (const task of lab.tasks) lab.isHealthy[task] = false;
  lab.isHealthy[lab.nodes['node-1']] = false;
  const results = await lab.call(ALARM, 2);
  expect(results.map((r) => r.error)).toEqual([undefined, undefined]);
  // One that comes late finds the listener moved, and says that instead.
  const because = expect.stringContaining('node-2');
  expect(results.map((r) => r.value)).toContainEqual(expect.objectContaining({ acted: true, because, route: 'nodes' }));
  expect(await lab.pointsTo()).toBe('nodes');
  const [again] = await lab.call(OPERATOR);
  expect(again!.value).toMatchObject({ acted: false, route: 'nodes' });
});

test('no task at all is as bad as tasks that fail', async () => {
  await lab.deregister(lab.tasks);
  expect((await lab.call(OPERATOR))[0]!.value).toMatchObject({ acted: true, route: 'nodes' });
  expect(await lab.pointsTo()).toBe('nodes');
});

test('nowhere to go: the listener stays', async () => {
  for (const address of [...lab.tasks, ...Object.values(lab.nodes)]) lab.isHealthy[address] = false;
  const [first] = await lab.call(OPERATOR);
  expect(first!.value).toMatchObject({ acted: false, because: expect.stringContaining('no node is ready either') });
  expect(await lab.pointsTo()).toBe('thanos');
});

test('paused: the listener stays', async () => {
  for (const task of lab.tasks) lab.isHealthy[task] = false;
  await lab.pause(true);
  expect((await lab.call(OPERATOR))[0]!.value).toMatchObject({
    acted: false,
    because: expect.stringContaining('Paused'),
  });
  expect(await lab.pointsTo()).toBe('thanos');
});

test('a group that somebody took off the listener is put back', async () => {
  await lab.pointByHand();
  expect((await lab.call(OPERATOR))[0]!.value).toMatchObject({
    acted: true,
    because: 'Both target groups belong on the query listener, and one was not there.',
  });
  expect(await lab.pointsTo()).toBe('thanos');
});

test('an alarm that went back to OK is ignored, an event that nobody sends refused', async () => {
  const okay = { ...ALARM, alarmData: { alarmName: 'x', state: { value: 'OK' } } };
  expect((await lab.call(okay))[0]!.value).toMatchObject({ acted: false, because: 'x is OK: nothing to do.' });
  expect((await lab.call({ hello: 1 }))[0]).toMatchObject({
    ok: false,
    error: expect.stringContaining('does not know'),
  });
});
