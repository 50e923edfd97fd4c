import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ebsClient } from '../../lib/control/ebs';

const sockets: Socket[] = [];
let server: Server;
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((socket) => void sockets.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(async () => {
  process.env = before;
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('an EC2 API that takes requests and says nothing is given up, after a few tries', async () => {
  const began = Date.now();
  await expect(ebsClient('eu-west-1', 200).send(new DescribeVolumesCommand({}))).rejects.toThrow(/time(d)? ?out|did not receive/i);
  expect(Date.now() - began).toBeLessThan(20_000);
  expect(sockets).toHaveLength(3);
});
