import { Cleanup } from '../../../../local/run/hosts/cleanup';
import { describeLine } from '../../../../local/run/events';
import {
  renderHaproxy,
  renderBaseline,
  serversUp,
  type DeployedGroup,
} from '../../../../local/run/balancer/load-balancer';
import { parseUnit } from '../../../../local/run/hosts/unit-file';

describe('systemd units', () => {
  test('ExecStart, Environment and Restart are read', () => {
    const unit = parseUnit(
      '[Service]\nEnvironment=A=b=c\nEnvironment="D=e f"\nExecStart=/usr/bin/node /opt/x.js --config /etc/x.json\nRestart=always\nRestartSec=2s\n',
    );
    expect(unit).toEqual({
      execStart: ['/usr/bin/node', '/opt/x.js', '--config', '/etc/x.json'],
      environment: { A: 'b=c', D: 'e f' },
      restart: true,
      restartMs: 2_000,
      stopMs: 90_000,
    });
  });
  test('what is not played is refused, not ignored', () => {
    expect(() => parseUnit('ExecStart=x\nRestart=on-failure')).toThrow(/on-failure/);
    expect(() => parseUnit('Restart=always')).toThrow(/ExecStart/);
    expect(() => parseUnit('ExecStart=x\nRestartSec=1min')).toThrow(/1min/);
  });
});

describe('HAProxy in the place of the NLB', () => {
  const healthCheck = { path: '/-/ready', port: 9090, intervalMs: 5_000, timeoutMs: 3_000, fall: 2, rise: 2 };
  const nodes: DeployedGroup = {
    arn: 'arn:nodes',
    name: 'nodes',
    ofInstances: true,
    sticky: true,
    keepsClients: false,
    healthCheck,
    targets: [{ id: 'i-1', name: 'node-1', address: '10.0.0.1', port: 9090 }],
  };
  const tasks: DeployedGroup = {
    arn: 'arn:tasks',
    name: 'tasks',
    ofInstances: false,
    sticky: false,
    keepsClients: false,
    healthCheck: { ...healthCheck, port: 10902 },
    targets: [{ id: '10.0.1.9', name: '10.0.1.9', address: '10.0.1.9', port: 10902 }],
  };
  const render = (queries: DeployedGroup, { fresh = '', idleMs }: { fresh?: string; idleMs?: number } = {}): string =>
    renderHaproxy(
      {
        listeners: [
          { port: 9090, group: queries },
          { port: 9091, group: nodes },
        ],
        groups: [tasks, nodes],
        isNew: (_, { id }) => id === fresh,
      },
      { bind: ['127.0.0.1', '10.0.0.2'], idleMs },
      { socket: '/run/x.sock', state: '/run/x.state', hole: '/run/x.hole' },
    );

  test('keeps the deployed health checks and stickiness', () => {
    const [, backend] = render(nodes).split('\nbackend nodes\n');
    expect(backend).toContain('server node-1 10.0.0.1:9090 check port 9090 inter 5000ms fall 2 rise 2');
    expect(backend).toContain('stick on src');
    expect(backend).toContain('http-check send meth GET uri /-/ready');
  });
  test('every listener goes where it points just now, and every group is checked once', () => {
    const config = render(tasks);
    expect(config).toMatch(/frontend nlb-9090\n {2}bind 127.0.0.1:9090,10.0.0.2:9090\n.*\n {2}default_backend tasks\n/);
    expect(config).toMatch(/frontend nlb-9091\n {2}bind 127.0.0.1:9091,10.0.0.2:9091\n.*\n {2}default_backend nodes\n/);
    expect(config).toContain('server 10.0.1.9 10.0.1.9:10902 check port 10902');
    expect(render(nodes).match(/^backend (nodes|tasks)$/gm)).toHaveLength(2);
  });
  test('a new target is checked, and gets nothing while its group has another; without any, all get all', () => {
    expect(render(tasks, { fresh: '10.0.1.9' })).toMatch(/server 10\.0\.1\.9 .* check .* weight 0$/m);
    expect(render(tasks)).not.toContain('weight 0');
    const [, open] = render(tasks).split('backend tasks-open\n');
    expect(open).toMatch(/^ {2}balance roundrobin\n {2}server 10\.0\.1\.9 10\.0\.1\.9:10902\n/);
    expect(render(tasks)).toContain('use_backend tasks-open if { nbsrv(tasks) eq 0 }');
  });
  test('one that is sent to itself hears nothing where addresses are kept, and is answered where they are not', () => {
    expect(render(tasks)).not.toContain('tasks-from-');
    const config = render({ ...nodes, keepsClients: true }).split('frontend nlb-9091')[0]!;
    expect(config).toMatch(/use_backend nodes-from-node-1 if \{ src 10\.0\.0\.1 \}\n {2}default_backend nodes\n/);
  });
  test('an idle connection ends when it is told, or after an hour', () => {
    expect(render(tasks, { idleMs: 350_000 }).match(/timeout (client|server|tunnel) 350000ms/g)).toHaveLength(3);
    expect(render(tasks)).toContain('timeout tunnel 3600000ms');
  });
  test('of what HAProxy says of its servers, those that pass their checks', () => {
    const state = [
      '1',
      '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state',
      '3 tasks 1 10.0.1.9 10.0.1.9 2 0',
      '3 tasks 2 10.0.1.8 10.0.1.8 0 0',
      '',
    ].join('\n');
    expect([...serversUp(state)]).toEqual(['tasks 10.0.1.9']);
    expect(serversUp('')).toEqual(new Set());
  });
  test('watches the nodes by the rule of the seed, as a baseline', () => {
    expect(renderBaseline(nodes, '/run/y.sock')).toContain(
      'server node-1 10.0.0.1:9090 check port 9090 inter 2s fall 3 rise 2',
    );
  });
});

describe('events at the terminal', () => {
  const shown = (source: string, entry: object, verbose = false): string | null =>
    describeLine(source, JSON.stringify(entry), verbose)?.text ?? null;

  test('role changes, processes, configuration and failures are told in words, routine is not', () => {
    expect(describeLine('node-1', '{"level":"info","event":"gate-opened","held":0,"because":"x"}')).toEqual({
      text: 'node-1 alerts now: its gate is open',
      tone: 'good',
      newRole: true,
    });
    expect(shown('node-1', { level: 'info', event: 'process-started', process: 'prometheus', pid: 7 })).toBe(
      'node-1: prometheus runs (pid 7)',
    );
    expect(shown('node-1', { level: 'info', event: 'config-loaded', hash: 'abc', shardCounts: [1] })).toBe(
      'node-1 runs the configuration',
    );
    expect(shown('node-1', { level: 'info', event: 'announced' })).toBeNull();
    expect(shown('node-1', { level: 'error', event: 'anything', error: 'why' })).toBe('node-1: anything  error=why');
  });

  test('an object that cannot be used is told with what to do about it', () => {
    const problem = { where: 's3://b/k', what: 'the assignment is not JSON', got: '{', fix: 'put it back' };
    expect(shown('node-1', { level: 'warn', event: 'store-object-unusable', ...problem })).toBe(
      'node-1 cannot use s3://b/k: the assignment is not JSON; put it back',
    );
  });

  test.each([
    ['INSUFFICIENT_DATA', 'OK', null],
    ['OK', 'INSUFFICIENT_DATA', null],
    ['ALARM', 'OK', 'ALARM a'],
    ['OK', 'ALARM', 'alarm a is over'],
  ])('an alarm that is %s after %s: %s', (state, before, text) => {
    expect(shown('alarm', { event: 'alarm', alarm: 'a', state, before })).toBe(text);
  });

  test('asked for, everything is shown with all that it says', () => {
    expect(shown('node-1', { level: 'info', event: 'announced', at: 'x', n: 1 }, true)).toBe('node-1: announced  n=1');
  });

  test('a line that is no log line is a crash, most likely: shown', () => {
    expect(describeLine('node-1', 'TypeError: x')).toEqual({ text: 'node-1: TypeError: x', tone: 'bad' });
  });
});

describe('clean-up', () => {
  test('runs in reverse, once, and past a step that fails', async () => {
    const done: string[] = [];
    const cleanup = new Cleanup();
    cleanup.defer('first', () => void done.push('first'));
    cleanup.defer('second', () => Promise.reject(new Error('stuck')));
    cleanup.defer('third', () => void done.push('third'));
    const [failed, again] = await Promise.all([cleanup.run(), cleanup.run()]);
    expect(done).toEqual(['third', 'first']);
    expect(failed).toEqual(['second: stuck']);
    expect(again).toBe(failed);
  });
});
