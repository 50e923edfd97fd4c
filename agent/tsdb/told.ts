import type { ScrubStatus } from '../../lib/contract/documents/agent-status';
import type { KeptAside } from '../../lib/contract/documents/set-aside';
import { harmsData, type Finding } from '../../lib/core/tsdb/damage';
import type { Log } from '../base/log';
import { listSetAside } from './set-aside';

/** What of the findings a person must know, since when; the log says what is new and what is over. */
export class ReportedDamage {
  private since = new Map<string, string>();

  constructor(private readonly log: Log) {}

  tell(findings: readonly Finding[]): ScrubStatus['damage'] {
    const before = this.since;
    this.since = new Map();
    const now = new Date().toISOString();
    const damage = findings.filter(harmsData).map((finding) => {
      const { class: kind, path, says, ifStarted } = finding;
      const key = `${kind} ${path}`;
      const foundAt = before.get(key) ?? now;
      this.since.set(key, foundAt);
      if (!before.has(key)) this.log('error', 'damage-found', { ...finding });
      return { class: kind, path, says, ifStarted, foundAt };
    });
    if (before.size > 0 && damage.length === 0) this.log('info', 'damage-gone', { was: [...before.keys()] });
    return damage;
  }
}

export async function setAsideOf(data: string): Promise<KeptAside[]> {
  return (await listSetAside(data)).map((entry) => {
    const { incident } = entry;
    if ('error' in entry) return { incident, expires: null, because: [entry.error] };
    return { incident, expires: entry.expires, because: [...new Set(entry.items.map((item) => item.because))] };
  });
}
