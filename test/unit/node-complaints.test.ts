import type { AgentStatus, SidecarStatus } from '../../lib/control/agent-status';
import { notCaughtUp } from '../../lib/control/caught-up';
import { nodeComplaints } from '../../lib/control/node-complaints';

const sidecar: SidecarStatus = {
  pid: 7,
  restarts: 0,
  lastExit: null,
  version: '0.42.4',
  missing: false,
  uploadAgeMs: 7_200_000,
  waitingBlocks: 0,
  errors: [],
};
const status = {
  config: { hash: 'h', loadedAt: null, error: null },
  prometheus: { pid: 5, lastExit: null },
  gate: { warm: true },
  sidecar,
} as unknown as AgentStatus;
const withSidecar = (change: Partial<SidecarStatus>): AgentStatus => ({
  ...status,
  sidecar: { ...sidecar, ...change },
});

test('a node with which nothing is wrong, and one of an earlier deploy, complain of nothing', () => {
  expect(nodeComplaints(status)).toEqual([]);
  expect(nodeComplaints({ ...status, sidecar: undefined })).toEqual([]);
});

test.each<[string, Partial<SidecarStatus>, RegExp]>([
  ['Thanos is not there', { missing: true, pid: null }, /^Thanos is not installed, so no block is uploaded\.$/],
  ['the sidecar ended', { pid: null, lastExit: '12:00 exit code 1' }, /does not run \(12:00 exit code 1\)/],
  ['the bucket refuses', { errors: ['the bucket b denies access'] }, /^the bucket b denies access\.$/],
  ['uploads stopped', { uploadAgeMs: 4 * 3_600_000, waitingBlocks: 2 }, /4\.0 h old; 2 wait/],
])('an operator is told when %s', (_, change, said) => {
  expect(nodeComplaints(withSidecar(change))).toEqual([expect.stringMatching(said)]);
});

test.each<[string, Partial<AgentStatus>, RegExp]>([
  ['no Prometheus', { prometheus: { ...status.prometheus, pid: null, lastExit: 'exit 2' } }, /does not run: exit 2/],
  ['a rejected configuration', { config: { ...status.config, error: 'bad rule' } }, /bad rule/],
  ['no configuration', { config: { ...status.config, hash: null } }, /no configuration yet/],
  ['a cold gate', { gate: { ...status.gate, warm: false } }, /has not heard every alert/],
])('a deploy does not go on with %s', (_, change, why) => {
  expect(notCaughtUp({ ...status, ...change })).toMatch(why);
});
test('a deploy goes on when all is there', () => expect(notCaughtUp(status)).toBeNull());
