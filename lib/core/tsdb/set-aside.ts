import { UserError } from '../../contract/errors';

/**
 * What was put aside in one incident (`<data>/set-aside/<incident>/manifest.json`). Written before anything is
 * touched, so that nothing ever lies there without a name.
 */
export interface SetAsideManifest {
  readonly version: 1;
  readonly incident: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** ISO 8601, UTC: may be removed after this. */
  readonly expires: string;
  readonly items: readonly SetAsideItem[];
  /** Renames that were begun and have to be finished before anything else. Relative to the data directory. */
  readonly pending: readonly { readonly from: string; readonly to: string }[];
}

export interface SetAsideItem {
  /** Where it was, relative to the TSDB's directory. */
  readonly path: string;
  /** Where it is, relative to the incident's directory; null for what was only made anew. */
  readonly kept: string | null;
  readonly how: 'moved' | 'copied' | 'made';
  readonly because: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** One incident's worth of it, as status shows it. */
export interface KeptAside {
  readonly incident: string;
  /** ISO 8601, UTC; null: for ever, a person has to look. */
  readonly expires: string | null;
  readonly because: readonly string[];
}

export function newManifest(incident: string, now: number, keepMs: number): SetAsideManifest {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return { version: 1, incident, at: iso(now), expires: iso(now + keepMs), items: [], pending: [] };
}

/** @throws UserError when the text is no manifest: what lies beside it is then kept for ever */
export function parseManifest(text: string, where: string): SetAsideManifest {
  const wrong = (): UserError =>
    new UserError({
      what: 'the manifest of what was set aside is unusable',
      where,
      got: text.slice(0, 80),
      expected: 'the document that the agent writes, version 1',
      fix: 'look at the files beside it, and remove the directory by hand when they are not needed',
    });
  let doc: Partial<SetAsideManifest> | null;
  try {
    doc = JSON.parse(text) as Partial<SetAsideManifest> | null;
  } catch {
    throw wrong();
  }
  const usable = doc?.version === 1 && Array.isArray(doc.items) && Array.isArray(doc.pending);
  if (!usable || Number.isNaN(Date.parse(doc!.expires ?? ''))) throw wrong();
  return doc as SetAsideManifest;
}

export function serializeManifest(manifest: SetAsideManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Whether it may go: its time is over, and nothing of it is still to be done. `now` in ms. */
export function isExpired(manifest: SetAsideManifest, now: number): boolean {
  return Date.parse(manifest.expires) <= now && manifest.pending.length === 0;
}
