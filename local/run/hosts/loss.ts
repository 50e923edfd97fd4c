import { execFileSync } from 'node:child_process';
import type { HostNetwork } from './network';
import type { Tool } from '../tool-dir';

/** Packets that a host loses, in percent: of those that reach it, and of those that it sends. */
export interface Loss {
  readonly in: number;
  readonly out: number;
  /** Only those that are sent to this TCP port of any host. */
  readonly toPort?: number;
}

/** An nftables table of its own, before that of the security groups; loopback loses nothing. */
export function lossRules(loss: Loss): string {
  const only = loss.toPort === undefined ? '' : `tcp dport ${loss.toPort} `;
  const chain = (hook: 'input' | 'output', percent: number): string[] =>
    percent === 0
      ? []
      : [
          `  chain ${hook} {`,
          `    type filter hook ${hook} priority -10;`,
          `    ${hook === 'input' ? 'iif' : 'oif'} lo accept`,
          `    ${only}${percent >= 100 ? '' : `numgen random mod 100 < ${percent} `}drop`,
          '  }',
        ];
  return [
    'table inet promha_loss',
    'delete table inet promha_loss',
    'table inet promha_loss {',
    ...chain('input', loss.in),
    ...chain('output', loss.out),
    '}',
    '',
  ].join('\n');
}

/** @throws Error when hosts have no namespaces, or nft is not there */
export function lose(host: Pick<HostNetwork, 'namespace' | 'command'>, nft: Tool | null, loss: Loss): void {
  if (host.namespace === null || nft === null)
    throw new Error('packets can be lost only in a network namespace, with nft: root on Linux');
  const { command, args } = host.command(nft.path, ['-f', '-']);
  execFileSync(command, args, {
    input: lossRules(loss),
    env: { ...process.env, ...nft.env },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

/** Of what a call of the control socket says. @throws Error when it says no percentages */
export function lossOf(body: Readonly<Record<string, unknown>>): Loss {
  const percent = (value: unknown): number => {
    if (typeof value === 'number' && value >= 0 && value <= 100) return value;
    throw new Error(`a loss of ${JSON.stringify(value)}, not of 0 to 100 percent`);
  };
  const { toPort } = body;
  if (toPort !== undefined && typeof toPort !== 'number') throw new Error(`${JSON.stringify(toPort)} is no port`);
  return { in: percent(body.in), out: percent(body.out), ...(toPort === undefined ? {} : { toPort }) };
}
