import type { ScrubStatus } from '../../lib/contract/documents/agent/part-status';
import type { Quarantined } from '../../lib/contract/documents/quarantine';
import { harmsData, type Finding } from '../../lib/core/tsdb/corruption';
import type { Log } from '../base/log';
import { listQuarantine } from './quarantine';

/** What of the findings a person must know, since when; the log says what is new and what is over. */
export class ReportedCorruption {
  private since = new Map<string, string>();

  constructor(private readonly log: Log) {}

  report(findings: readonly Finding[]): ScrubStatus['corruption'] {
    const before = this.since;
    this.since = new Map();
    const now = new Date().toISOString();
    const corruption = findings.filter(harmsData).map((finding) => {
      const { class: kind, path, says, ifStarted } = finding;
      const key = `${kind} ${path}`;
      const foundAt = before.get(key) ?? now;
      this.since.set(key, foundAt);
      if (!before.has(key)) this.log('error', 'corruption-found', { ...finding });
      return { class: kind, path, says, ifStarted, foundAt };
    });
    if (before.size > 0 && corruption.length === 0) this.log('info', 'corruption-gone', { was: [...before.keys()] });
    return corruption;
  }
}

export async function quarantineOf(data: string): Promise<Quarantined[]> {
  return (await listQuarantine(data)).map((entry) => {
    const { incident } = entry;
    if ('error' in entry) return { incident, expires: null, because: [entry.error] };
    return { incident, expires: entry.expires, because: [...new Set(entry.items.map((item) => item.because))] };
  });
}
