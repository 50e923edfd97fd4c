import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(__dirname, '../../../lib/infra/constructs/nodes/files/signal.sh');

let bin: string;
beforeEach(() => (bin = mkdtempSync(join(tmpdir(), 'promha-signal-'))));
afterEach(() => rmSync(bin, { recursive: true }));

function program(name: string, body: string): void {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/bash\n${body}\n`);
  chmodSync(path, 0o755);
}

/** The script on a machine whose agent has caught up or not, and what CloudFormation says to it. */
function signal(caughtUp: boolean, aws: string): { readonly status: number | null; readonly said: string } {
  program('python3', 'echo "${@: -1}"');
  program('curl', `case "$*" in *caught-up*) ${caughtUp ? 'exit 0' : 'exit 22'} ;; *) echo 10.0.0.1 ;; esac`);
  program('aws', aws);
  const { status, stderr } = spawnSync('/bin/bash', [SCRIPT], {
    env: { PATH: `${bin}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  return { status, said: stderr };
}

const refuses = (text: string): string =>
  `echo 'An error occurred (${text.includes('Rate') ? 'Throttling' : 'ValidationError'}) when calling the SignalResource operation: ${text}' >&2; exit 254`;

test('signals once the agent has caught up, and not before', () => {
  expect(signal(true, 'exit 0').status).toBe(0);
  expect(signal(false, 'exit 0').status).not.toBe(0);
});

test.each([
  'Stack arn:aws:cloudformation:eu-west-1:1:stack/trading-metrics-nodes/1 is in UPDATE_COMPLETE state and cannot be signaled',
  'Resource GroupShard0Prometheus1 is in CREATE_COMPLETE state and cannot be signaled',
  'Signal with ID i-1 for resource GroupShard0Prometheus1 already exists. Signals may only be updated with a FAILURE status.',
])('a machine that nobody waits for, or whose signal is there, does not try for ever: %s', (text) => {
  const { status, said } = signal(true, refuses(text));
  expect(status).toBe(0);
  expect(said).toContain(text);
});

test('anything else is tried again by systemd', () => {
  expect(signal(true, refuses('Rate exceeded')).status).not.toBe(0);
  expect(signal(true, refuses('Stack trading-metrics-nodes does not exist')).status).not.toBe(0);
  expect(signal(true, 'echo "Could not connect to the endpoint URL" >&2; exit 255').status).not.toBe(0);
});
