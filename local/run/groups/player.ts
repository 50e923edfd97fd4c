import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { HostNetwork } from '../hosts/network';
import type { Tool } from '../tool-dir';
import { readSecurityGroups } from './read';
import { ruleset, type SecurityGroup, type Surroundings } from './ruleset';

interface Member {
  readonly address: string;
  readonly groups: readonly string[];
  /** null: in no namespace of its own; it counts as a member, and what it does itself is not filtered. */
  readonly host: HostNetwork | null;
  applied: string;
  /** One after the other: of two at once the older one may come last. */
  applying: Promise<void>;
}

export interface SecurityGroupsOptions extends Pick<Surroundings, 'hostAddress' | 'apiPorts'> {
  readonly ec2: EC2Client;
  readonly nft: Tool;
  readonly onEvent: (what: string) => void;
}

/** Keeps every host's filter as its deployed security groups have it. */
export class SecurityGroups {
  private groups: ReadonlyMap<string, SecurityGroup> = new Map();
  private readonly members = new Map<string, Member>();

  constructor(private readonly o: SecurityGroupsOptions) {}

  /** Reads the groups anew; to be called when something was deployed. @throws when EC2 does not answer */
  async refresh(): Promise<void> {
    this.groups = await readSecurityGroups(this.o.ec2);
    await this.applyAll();
  }

  /** From now on the host lets through what its groups do; the others' sets follow at once. */
  join(name: string, host: HostNetwork, groups: readonly string[]): void {
    const member: Member = { address: host.address, groups, host, applied: '', applying: Promise.resolve() };
    this.members.set(name, member);
    const text = this.rulesOf(member);
    const { command, args } = this.nft(host);
    execFileSync(command, args, { input: text, env: this.env(), stdio: ['pipe', 'ignore', 'pipe'] });
    member.applied = text;
    this.later();
  }

  /** Somebody without a namespace, who is let in as a member of these groups. */
  admit(name: string, address: string, groups: readonly string[]): void {
    this.members.set(name, { address, groups, host: null, applied: '', applying: Promise.resolve() });
    this.later();
  }

  leave(name: string): void {
    if (this.members.delete(name)) this.later();
  }

  private later(): void {
    this.applyAll().catch((error: Error) => this.o.onEvent(`! security groups could not be applied: ${error.message}`));
  }

  private async applyAll(): Promise<void> {
    await Promise.all(
      [...this.members].map(([name, member]) => {
        const next = member.applying.then(() => this.apply(name, member));
        member.applying = next.catch(() => undefined); // told by whoever waits for it
        return next;
      }),
    );
  }

  private async apply(name: string, member: Member): Promise<void> {
    const { host } = member;
    if (host === null || this.members.get(name) !== member) return;
    const text = this.rulesOf(member);
    if (text === member.applied) return;
    member.applied = text;
    const { command, args } = this.nft(host);
    const running = promisify(execFile)(command, args, { env: this.env() });
    // Whether it took the rules, its exit code says.
    running.child.stdin!.on('error', () => undefined).end(text);
    try {
      await running;
    } catch (error) {
      // It left meanwhile, and its namespace with it.
      if (this.members.get(name) === member) throw error;
    }
  }

  private rulesOf({ groups }: Member): string {
    const members = new Map<string, string[]>();
    for (const one of this.members.values()) {
      for (const group of one.groups) members.set(group, [...(members.get(group) ?? []), one.address]);
    }
    return ruleset(groups, { ...this.o, groups: this.groups, members });
  }

  private nft = (host: HostNetwork): { command: string; args: string[] } => host.command(this.o.nft.path, ['-f', '-']);
  private env = (): NodeJS.ProcessEnv => ({ ...process.env, ...this.o.nft.env });
}
