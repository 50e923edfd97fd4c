import { INVOKED, ACTED, TOLD, callControl } from '../../lib/shell/local/call-control';

/** What the control socket can do to the system, for scenarios. Every fault answers the moment it struck. */
export class Faults {
  constructor(private readonly socket: string) {}

  /** @returns `at` of the action, ms since the Unix epoch */
  async act(name: string, body: Readonly<Record<string, unknown>> = {}): Promise<number> {
    return (await callControl(this.socket, name, ACTED, body)).at;
  }

  /** An action on one node. */
  on(node: string, name: string): Promise<number> {
    return this.act(name, { node });
  }

  /** The agent tells the truth again. `told`: field → how often it lied in it. */
  stopLying(node: string): Promise<{ readonly at: number; readonly told: Readonly<Record<string, number>> }> {
    return callControl(this.socket, 'stop-lying', TOLD, { node });
  }

  /** Calls a deployed function. @throws Error when the function failed */
  async invoke(name: string, event: unknown): Promise<void> {
    const { value } = await callControl(this.socket, 'invoke', INVOKED, {
      function: name,
      event,
    });
    if (!value.ok) throw new Error(`${name} failed: ${value.error}`);
  }
}
