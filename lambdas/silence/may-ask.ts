import type { SilenceRequest } from '../../lib/contract/documents/silence';
import { PORTS } from '../../lib/contract/ports';
import { whyNotInside } from '../shared/inside-vpc';

const ALL = '/api/v2/silences';
/** An id has no slash; nothing else of Alertmanager is under it. */
const ONE = '/api/v2/silence/';

const PATHS: Readonly<Record<SilenceRequest['method'], string>> = { GET: ALL, POST: ALL, DELETE: ONE };

/** Why this is not asked; null: it is. */
export const whyNotSilenced = (url: string, method: SilenceRequest['method']): string | null =>
  whyNotInside(url, { [PORTS.alertmanager]: [PATHS[method]] });
