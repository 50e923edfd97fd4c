import type { EC2Client } from '@aws-sdk/client-ec2';
import { readLayout } from './read';
import { reachable, type NetworkCaller, type Layout } from './ways';

export interface RoutesOptions {
  readonly ec2: EC2Client;
  /** The emulator: it hangs up on whoever would not reach the API that is called. */
  readonly endpoint: string;
  readonly onEvent: (what: string) => void;
}

const AGAIN_MS = 500;

/** Which of AWS's APIs every host reaches, by the deployed route tables and endpoints. */
export class Routes {
  private layout: Layout | null = null;
  private readonly callers = new Map<string, NetworkCaller>();
  private telling: Promise<void> | null = null;
  private told = '';

  constructor(private readonly o: RoutesOptions) {}

  /** Reads them anew; to be called when something was deployed. @throws when EC2 does not answer */
  async refresh(): Promise<void> {
    this.layout = await readLayout(this.o.ec2);
    await this.tell();
  }

  join(caller: NetworkCaller): void {
    this.callers.set(caller.address, caller);
    this.tell().catch((error: Error) => this.o.onEvent(`! routes are not in force: ${error.message}`));
  }

  /** Whoever is not known here is no host of ours. */
  mayReach(address: string, service: string): boolean {
    const caller = this.callers.get(address);
    const services = caller === undefined ? null : reachable(caller, this.layout!);
    return services === null || services.includes(service);
  }

  /** One after the other: of two at once the older one may come last. */
  private tell(): Promise<void> {
    const next = (this.telling ?? Promise.resolve()).catch(() => undefined).then(() => this.tellNow());
    this.telling = next;
    return next;
  }

  private async tellNow(): Promise<void> {
    const { layout } = this;
    if (layout === null) return; // of them it is told with the first one
    const body = JSON.stringify(
      Object.fromEntries([...this.callers].map(([address, caller]) => [address, reachable(caller, layout)])),
    );
    if (body === this.told) return;
    for (let failed = 0; ; failed += 1) {
      try {
        await fetch(`${this.o.endpoint}/_promha/ways`, { method: 'POST', body, signal: AbortSignal.timeout(2_000) });
        break;
      } catch (error) {
        // A drill may have stopped it for a while.
        if (failed === 120) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    this.told = body;
  }
}
