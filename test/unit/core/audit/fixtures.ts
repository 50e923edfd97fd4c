import { audit } from '../../../../lib/core/audit/audit';
import type { AuditInput, AuditReport, View } from '../../../../lib/core/audit/audit-report';
import { extendTrack, type Track } from '../../../../lib/core/audit/track';

export const S = 1_000;
export const FROM = Date.UTC(2026, 0, 1, 3);
export const at = (s: number): number => FROM + s * S;

/** Samples once a second, from and to in seconds, without the stretches that are left out (their ends included). */
export function samples(from: number, to: number, without: [number, number][] = [], offsetMs = 0) {
  return Array.from({ length: Math.floor(to - from) + 1 }, (_, i) => from + i)
    .filter((s) => !without.some(([a, b]) => s >= a && s <= b))
    .map((s) => ({ at: at(s) + offsetMs, up: true }));
}

export const track = (...args: Parameters<typeof samples>): Track => extendTrack(null, samples(...args), S, 0)!;
/** The same, of a target that does not answer. */
export const downTrack = (...args: Parameters<typeof samples>): Track => ({
  ...track(...args),
  down: track(...args).present,
});

export const view = (name: string, tracks: Record<string, Track>, more: Partial<View> = {}): View => ({
  name,
  tracks: new Map(Object.entries(tracks)),
  ...more,
});
export const target = (key: string) => ({ key, job: key, instance: 'host:1', intervalMs: S });

/** Of target `a` in five minutes, unless said otherwise. */
export const examine = (over: Partial<AuditInput>): AuditReport =>
  audit({
    from: at(0),
    to: at(300),
    targets: [target('a')],
    replicas: [],
    thanos: null,
    olderData: true,
    notes: [],
    ...over,
  });
