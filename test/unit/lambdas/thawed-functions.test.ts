import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { RouteBook, routingClient } from '../../../lib/shell/aws/route-book';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { ENV } from '../../../lib/contract/environment';
import { handler as promoteAlerting } from '../../../lambdas/promote-alerting/handler';
import { connectControl } from '../../../lambdas/shared/control';

/** Answers like an API that closes connections on which nothing more comes. A process of its own: it works on while we stand still. */
const API = `
  const server = require('node:http').createServer((request, response) => {
    response.on('finish', () => setTimeout(() => request.socket.end(), 100));
    const xml = request.method === 'POST' || request.url.includes('list-type');
    response.end(xml ? '<Answer/>' : '{}');
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
let api: ChildProcess;
const before = { ...process.env };

beforeAll(async () => {
  api = spawn(process.execPath, ['-e', API], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(api.stdout!, 'data')) as [Buffer];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port.toString().trim()}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(() => {
  process.env = before;
  api.kill();
});

/** As Lambda does with an execution environment between two invocations. */
async function freeze(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await turn(); // what was read to its end is kept open from now on
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
}

test('the first read after a freeze does not fail for a connection that S3 closed meanwhile', async () => {
  const { store, letGo } = connectControl({ cluster: 'c', shard: 0, controlBucket: 'control', policy: DEFAULT_POLICY });
  letGo();
  await expect(store.readHeartbeat()).resolves.toBe('{}');
  await freeze();
  letGo();
  await expect(store.readHeartbeat()).resolves.toBe('{}');
});

test('nor the first question to the load balancer', async () => {
  const routes = { listenerArn: 'l', thanosTargetGroupArn: 't', nodesTargetGroupArn: 'n' };
  const book = new RouteBook(routingClient(2_000), routes, { readMs: 2_000, writeMs: 2_000 });
  book.letGo();
  await book.refresh(0);
  await freeze();
  book.letGo();
  await book.refresh(1);
});

test('a function lets go of its connections when it is called', async () => {
  Object.assign(process.env, {
    [ENV.cluster]: 'c',
    [ENV.shard]: '0',
    [ENV.controlBucket]: 'control',
    [ENV.policy]: JSON.stringify(DEFAULT_POLICY),
  });
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    // It lists the nodes before it sees that there is nothing to do.
    const over = { source: 'aws.cloudwatch', alarmData: { alarmName: 'a', state: { value: 'OK' } } };
    await promoteAlerting(over);
    await freeze();
    await promoteAlerting(over);
    const said = write.mock.calls.map(([line]) => (JSON.parse(String(line)) as { event: string }).event);
    expect(said).toEqual(['promotion-ignored', 'promotion-ignored']);
  } finally {
    write.mockRestore();
  }
});
