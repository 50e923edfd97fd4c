import { z } from 'zod';
import { PORTS } from '../../../lib/contract/ports';
import type { MetricReading } from '../instrument';
import { allNodes, type TestBed } from '../test-bed';

const MADE = z.object({ silenceID: z.string() });
const SILENCE = z.object({ status: z.object({ state: z.string() }) });
const LIVES_MS = 3_600_000;
const TIMEOUT_MS = 5_000;

/** A silence of an alert that never fires, made before the fault: whatever happens, every Alertmanager has it afterwards. */
export class Silence {
  private constructor(
    private readonly id: string,
    private readonly at: string,
  ) {}

  static async make(world: TestBed): Promise<Silence> {
    const [node] = allNodes(world);
    const now = Date.now();
    const response = await ask(apiOf(node!.address, 'silences'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        matchers: [{ name: 'alertname', value: 'NeverFires', isRegex: false, isEqual: true }],
        startsAt: new Date(now).toISOString(),
        endsAt: new Date(now + LIVES_MS).toISOString(),
        createdBy: 'drill',
        comment: 'has to outlive the fault',
      }),
    });
    return new Silence(MADE.parse(await response.json()).silenceID, node!.address);
  }

  /** How many Alertmanagers do not have it any more. */
  async lost(world: TestBed): Promise<MetricReading> {
    const states = await Promise.all(
      allNodes(world).map(async ({ node, address }) => [node, await this.state(address)]),
    );
    const without = states.filter(([, state]) => state !== 'active');
    return {
      measurements: { silencesLost: without.length },
      findings: without.map(([node, state]) => `the silence made before the fault is ${state} at ${node}`),
    };
  }

  async end(): Promise<void> {
    await ask(apiOf(this.at, `silence/${this.id}`), { method: 'DELETE' });
  }

  private async state(address: string): Promise<string> {
    const response = await fetch(apiOf(address, `silence/${this.id}`), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? SILENCE.parse(await response.json()).status.state : `HTTP ${response.status}`;
  }
}

const apiOf = (address: string, path: string): string => `http://${address}:${PORTS.alertmanager}/api/v2/${path}`;

async function ask(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${await response.text()}`);
  return response;
}
