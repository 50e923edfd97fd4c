import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serveApi } from '../../../../agent/status/http-api';
import { ANSWERS_CLIENTS_PATH, type AgentStatus } from '../../../../lib/contract/documents/agent-status';
import { anAgentStatus } from '../../../fixtures/builders';

const answering = (problem: string | null): AgentStatus['nodeQuery'] => ({
  pid: 1,
  restarts: 0,
  lastExit: null,
  problem,
});

test.each<[string, AgentStatus['nodeQuery'], number, string]>([
  ['it answers', answering(null), 200, 'OK\n'],
  ['it finds nobody', answering('it finds no sidecar that is well'), 503, 'it finds no sidecar that is well\n'],
  ['there is none', null, 503, 'this node has no query\n'],
])('what the load balancer hears when %s', async (_, nodeQuery, status, said) => {
  const source = {
    status: () => anAgentStatus('node-1', { nodeQuery }),
    hear: () => {},
    held: () => [],
    counters: () => ({ storeErrors: 0 }),
  };
  const server = await serveApi(source, '127.0.0.1', 0);
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}${ANSWERS_CLIENTS_PATH}`);
  expect([answer.status, await answer.text()]).toEqual([status, said]);
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});
