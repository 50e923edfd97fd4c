import { needsAnother } from './health';
import type { VolumeTrouble } from '../../contract/documents/storage';

/** A volume of the node's own, as EC2 knows it. */
export interface OwnVolume {
  readonly id: string;
  readonly generation: number;
  readonly attachedTo: string | null;
}

export interface VolumeSituation {
  readonly self: string;
  readonly mounted: string | null;
  readonly trouble: VolumeTrouble | null;
  /** Why files on it cannot be repaired; null: they can, or need not. */
  readonly asks: string | null;
  /** The newest volume of the node; null: EC2 knows of none. */
  readonly newest: OwnVolume | null;
  /** It lets alerts through, and its Prometheus works. */
  readonly alerts: boolean;
  readonly isHealthy: boolean;
  /** No other node is seen to do its work. */
  readonly alone: boolean;
  /** The same volume was mounted anew in this incident already. */
  readonly remounted: boolean;
}

export type VolumeCare = { readonly do: 'nothing' | 'wait' | 'ask' | 'swap'; readonly because: string };

/** Whether the node lets go of its volume and takes another one, or the same one anew. Cheapest first; `ask`: only another one helps. */
export function reconcileVolume(s: VolumeSituation): VolumeCare {
  const { trouble, asks, newest, mounted } = s;
  const bad = needsAnother(trouble);
  if (!bad && asks === null) return { do: 'nothing', because: 'The volume serves.' };
  const why = bad ? `The volume is ${trouble}` : asks!;
  if (s.alerts && s.isHealthy)
    return { do: 'wait', because: `${why}; this node alerts, which another one has to do first.` };
  // With a volume that is bad as a whole it only seems to work, and two that waited for each other would wait for ever.
  if (!bad && s.alone && s.isHealthy)
    return { do: 'wait', because: `${why}; this node is the only one that works, another one has to be well first.` };
  if (newest === null) return { do: 'ask', because: `${why}, and EC2 knows of no volume of this node.` };
  if (newest.id !== mounted)
    return { do: 'swap', because: `${why}; ${newest.id} is newer, of generation ${newest.generation}.` };
  if (bad && trouble !== 'stalled' && !s.remounted) {
    const how = newest.attachedTo === s.self ? 'mounted anew' : 'attached again';
    return { do: 'swap', because: `${why}; it is ${how}.` };
  }
  return { do: 'ask', because: `${why}; another volume is waited for.` };
}
