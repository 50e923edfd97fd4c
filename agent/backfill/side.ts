import { parse } from 'yaml';
import { parseDuration } from '../../lib/contract/duration';
import type { ScrapedTarget } from '../../lib/core/backfill/rhythm';
import { storedLabels, type StoredLabels } from './stored-labels';
import { apiOf } from './api';
import { documentFormat } from '../../lib/contract/document';
import { mapOf, fields, optional, text } from '../../lib/contract/shape';

/** A Prometheus, and what has to be known of it. */
export interface BackfillSide {
  readonly url: string;
  readonly labels: StoredLabels;
  /** As it has them now. */
  readonly targets: readonly ScrapedTarget[];
}

const CONFIG = documentFormat({
  what: 'configuration of Prometheus',
  shape: fields({
    global: optional(fields({ external_labels: optional(mapOf(text, text)) })),
  }),
  maxBytes: 64 * 2 ** 20,
  fix: 'look at what listens there: another program may have the port',
});

/** @throws Error when Prometheus does not answer */
export async function sideOf(url: string): Promise<BackfillSide> {
  const [yaml, targets] = await Promise.all([apiOf(url).config(), apiOf(url).targets()]);
  const { global } = CONFIG.check(parse(yaml), url);
  return {
    url,
    labels: await storedLabels(url, global?.external_labels ?? {}),
    targets: targets.flatMap(({ labels, scrapeInterval }) => {
      const intervalMs = parseDuration(scrapeInterval ?? '');
      return intervalMs === null ? [] : [{ job: labels.job ?? '', intervalMs }];
    }),
  };
}
