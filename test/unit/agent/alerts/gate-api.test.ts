import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveGate } from '../../../../agent/alerts/server';
import { alert, gateWith } from './a-gate';

describe('the gate’s API', () => {
  const gate = gateWith();
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = await serveGate(gate, '127.0.0.1', 0);
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const post = async (body: string, path = '/api/v2/alerts'): Promise<[number, string]> => {
    const response = await fetch(url + path, { method: 'POST', body });
    return [response.status, await response.text()];
  };

  it('answers 200 once the alerts are held', async () => {
    expect(await post(JSON.stringify([alert('a')]))).toEqual([200, '']);
    expect(gate.state.held.size).toBe(1);
  });

  it.each([
    ['no JSON', '{', /not JSON/],
    ['no list', '{}', /got: +\{\}\n +expected: a list/],
    ['null', 'null', /got: +null\n/],
    ['an alert without labels', '[{"labels":{"a":"b"}},{}]', /1\.labels is unusable/],
    ['a label that is no string', '[{"labels":{"a":1}}]', /0\.labels\.a is unusable\n +got: +1\n/],
  ])('refuses %s with 400 and keeps nothing of it', async (_what, body, message) => {
    const [status, text] = await post(body);
    expect([status, text]).toEqual([400, expect.stringMatching(message)]);
    expect(gate.state.held.size).toBe(1);
  });

  it('knows nothing else', async () => {
    expect((await fetch(`${url}/api/v2/alerts`)).status).toBe(404);
    expect((await post('[]', '/-/reload'))[0]).toBe(404);
    expect((await fetch(`${url}/-/ready`)).status).toBe(200);
  });
});
