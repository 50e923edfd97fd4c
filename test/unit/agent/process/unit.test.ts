import type { Command } from '../../../../agent/process/command';
import {
  hasBegun,
  howItEnded,
  METADATA,
  metadataProperties,
  unitCommand,
  type Sandbox,
} from '../../../../agent/process/unit';
import { NODE_USERS, sysusers } from '../../../../lib/contract/node-users';
import { usesRole } from '../../../../lib/core/rendering/uses-role';

const COMMAND: Command = { file: '/opt/p/prometheus', args: ['--a=1', '--b=$x'], cwd: '/var/lib/prometheus-ha/config' };
const PROMETHEUS: Sandbox = { program: 'prometheus', data: '/data', role: false, oomScore: 0 };

/** Of a unit: each property with all that is said of it. */
function properties(command: Command, sandbox: Sandbox): Record<string, string[]> {
  const { args } = unitCommand(command, sandbox, '/logs/p.log');
  const said = args.filter((arg) => arg.startsWith('--property=')).map((arg) => arg.slice('--property='.length));
  const found: Record<string, string[]> = {};
  for (const one of said) {
    const [name, value] = one.split(/=(.*)/s) as [string, string];
    (found[name] ??= []).push(value);
  }
  return found;
}

test('a program runs under its own user, writes on the data volume alone, and nobody but the agent starts it again', () => {
  const found = properties(COMMAND, PROMETHEUS);
  expect(found).toMatchObject({
    User: ['promha-prometheus'],
    Group: ['promha-prometheus'],
    NoNewPrivileges: ['yes'],
    CapabilityBoundingSet: [''],
    ProtectSystem: ['strict'],
    ReadWritePaths: ['/data'],
    PrivateTmp: ['yes'],
    Restart: ['no'],
    StandardOutput: ['append:/logs/p.log'],
    OOMScoreAdjust: ['0'],
  });
  expect(found).not.toHaveProperty('SupplementaryGroups');
  expect(found).not.toHaveProperty('MemoryMax');
});

test('it ends after the agent has handed over and before the volume goes, which it sees when it is another one', () => {
  expect(properties(COMMAND, PROMETHEUS)).toMatchObject({
    Before: ['prometheus-ha-agent.service'],
    After: ['network.target', 'data.mount'],
  });
  expect(properties(COMMAND, { ...PROMETHEUS, data: '/srv/the-data' }).After).toContain('srv-the\\x2ddata.mount');
  expect(properties(COMMAND, { ...PROMETHEUS, data: null })).not.toHaveProperty('ReadWritePaths');
});

test('who does without the role of the node does not reach the metadata service', () => {
  expect(properties(COMMAND, PROMETHEUS).IPAddressDeny).toEqual(['', METADATA.join(' ')]);
  expect(properties(COMMAND, { ...PROMETHEUS, role: true }).IPAddressDeny).toEqual(['']);
  expect(metadataProperties(true)).toEqual(['IPAddressDeny=']);
});

test('what is bounded and who goes first when memory is out are settings of the unit', () => {
  const sandbox: Sandbox = {
    program: 'sidecar',
    data: '/data',
    worksWith: 'prometheus',
    role: true,
    memoryMaxMiB: 900,
    oomScore: 500,
  };
  expect(properties(COMMAND, sandbox)).toMatchObject({
    User: ['promha-sidecar'],
    SupplementaryGroups: ['promha-prometheus'],
    MemoryMax: ['900M'],
    OOMScoreAdjust: ['500'],
  });
  expect(properties({ ...COMMAND, bounds: { memoryMiB: 1000 } }, sandbox)).toMatchObject({
    LimitDATA: ['1000M'],
    Environment: ['GOMEMLIMIT=800MiB'],
    Nice: ['10'],
  });
});

test('the command ends with the program and its arguments, in which systemd finds no variable', () => {
  const { file, args } = unitCommand(COMMAND, PROMETHEUS, '/logs/p.log');
  expect([file, args[0], args.at(-5)]).toEqual(['systemd-run', '--wait', args.at(-5)]);
  expect(args.slice(-4)).toEqual(['--', '/opt/p/prometheus', '--a=1', '--b=$$x']);
  expect(args).toContain('--unit=prometheus-ha-prometheus.service');
});

describe('of what systemd-run says', () => {
  const begun = 'Running as unit: prometheus-ha-prometheus.service\n';
  const ended = (how: string): string =>
    `${begun}Finished with result: x\nMain processes terminated with: code=${how}\n`;

  it.each([
    [ended('killed/status=KILL'), 255, 'signal SIGKILL'],
    [ended('dumped/status=SEGV'), 255, 'signal SIGSEGV'],
    [ended('exited/status=0'), 0, 'exit code 0'],
    [ended('exited/status=3/NOTIMPLEMENTED'), 3, 'exit code 3'],
    [`${begun}Warning! D-Bus connection terminated.\n`, 0, 'ended, and systemd-run did not say how (exit code 0)'],
    [
      'Failed to find executable /x: No such file\n',
      1,
      'could not be started: Failed to find executable /x: No such file',
    ],
    ['', 1, 'could not be started: systemd-run ended with 1'],
  ])('%j is an end of its own', (said, code, how) => {
    expect(howItEnded(said, code)).toBe(how);
  });

  it('is known when the program runs', () => {
    expect([hasBegun(begun), hasBegun('Job for x failed\n')]).toEqual([true, false]);
  });
});

test('users have ids that no distribution gives away', () => {
  const ids = Object.values(NODE_USERS).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => id >= 60_578 && id <= 61_183)).toBe(true);
  expect(sysusers()).toContain('u promha-prometheus 61101 "a program of prometheus-ha" /\n');
});

test.each([
  ['scrape_configs:\n- job_name: a\n  ec2_sd_configs: [{ region: eu-west-1 }]\n', true],
  ['remote_write:\n- url: x\n  sigv4: { region: eu-west-1 }\n', true],
  ['receivers:\n- name: a\n  sns_configs: []\n', true],
  ['scrape_configs:\n- job_name: a\n  static_configs: []\n', false],
])('%j asks AWS: %s', (text, asks) => {
  expect(usesRole(text)).toBe(asks);
});
