import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { SecurityGroups } from '../../../../local/run/groups/player';
import { eventually } from '../../../contract/agent/agent-tools';
import type { HostNetwork } from '../../../../local/run/hosts/network';

/** Stands for nft: the first call after the host joined takes its time, and the last one to end is what holds. */
const SLOW_ONCE = `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const [calls, rules, ended] = process.argv.slice(2);
appendFileSync(calls, 'x');
const text = readFileSync(0, 'utf8');
const end = () => (writeFileSync(rules, text), appendFileSync(ended, 'x'));
setTimeout(end, readFileSync(calls, 'utf8').length === 2 ? 700 : 0);
`;

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'promha-groups-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('of two changes at once the later one holds, whichever is applied sooner', async () => {
  const [script, calls, rules, ended] = ['nft.cjs', 'calls', 'rules', 'ended'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
    string,
  ];
  writeFileSync(script, SLOW_ONCE);
  const host = {
    address: '10.0.0.1',
    command: () => ({ command: process.execPath, args: [script, calls, rules, ended] }),
  } as unknown as HostNetwork;
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: 'sg-a' }], IpRanges: [] },
  ];
  const ec2 = {
    send: async () => ({ SecurityGroups: [{ GroupId: 'sg-a', GroupName: 'a', IpPermissions }] }),
  } as unknown as EC2Client;
  const problems: string[] = [];
  const nft = { path: 'nft', env: {} };
  const groups = new SecurityGroups({
    ec2,
    nft: nft as never,
    hostAddress: '10.0.0.9',
    apiPorts: [],
    onEvent: (what) => problems.push(what),
  });
  await groups.refresh();
  groups.join('host', host, ['sg-a']);
  groups.admit('first', '10.0.0.2', ['sg-a']);
  await eventually('the slow one runs', () => readFileSync(calls, 'utf8').length === 2);
  groups.admit('second', '10.0.0.3', ['sg-a']);
  await eventually('all have ended', () => readFileSync(ended, 'utf8').length === 3);
  expect(readFileSync(rules, 'utf8')).toContain('10.0.0.3');
  expect(problems).toEqual([]);
});
