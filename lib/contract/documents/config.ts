import * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import {
  fileName,
  listOf,
  mapOf,
  moment,
  name,
  fields,
  optional,
  pathBelow,
  sha256,
  text,
  version1,
  whole,
} from '../shape';
import { secretReferences } from './secrets';

const address = {
  bucket: text,
  key: text,
  /** SHA-256 of the bundle's bytes, hex. */
  hash: sha256,
};
const bundleAddress = fields(address);

/** Where a configuration bundle is. */
export type BundleAddress = ReadOnly<z.output<typeof bundleAddress>>;

export const configPointer = fields({
  version: version1,
  ...address,
  /** When the schedule's event was made that carried it first, ms since the Unix epoch, EventBridge's clock. Absent: by an earlier version. */
  generation: optional(moment),
  /** The hash that stood here before. Absent: none did, or it was written by an earlier version. */
  replaced: optional(sha256),
  /** When every node that alerts had been well with it for long enough, a function's clock; absent: not yet. */
  goodAt: optional(moment),
  /** What nodes run instead while it is refused, and begin with while it is not known to be good. Absent: nothing is known to be good. */
  lastGood: optional(bundleAddress),
  /** No node runs it any more: the node that had it on trial, or rejected it, and why. */
  refused: optional(fields({ by: name, because: text, at: moment })),
});

/** Which configuration bundle nodes shall run (KEYS.configPointer). */
export type ConfigPointer = ReadOnly<z.output<typeof configPointer>>;

export const CONFIG_POINTER = documentFormat({
  what: 'configuration pointer',
  shape: configPointer,
  maxBytes: 16 * 1024,
  fix: 'remove the object: health-check writes it anew within a minute',
});

const scrapeLimits = fields({
  samples: whole,
  labels: whole,
  labelValueLength: whole,
  /** E.g. 50MB. */
  body: text,
});

/** What one target may expose; 0 for no limit. */
export type ScrapeLimits = ReadOnly<z.output<typeof scrapeLimits>>;

const remedyTrigger = fields({ name, alert: optional(text), target: optional(text) });

/** Which alerts call a remedy: those of this name, about this target, or both. */
export type RemedyTrigger = ReadOnly<z.output<typeof remedyTrigger>>;

const bundle = fields({
  version: version1,
  global: fields({ scrapeInterval: text, evaluationInterval: text }),
  /** Regular expression of the metrics that the reduced profile does without; absent: none. */
  droppable: optional(text),
  /** Beyond these a target's scrape fails as a whole. Absent in bundles of an earlier deploy: the defaults. */
  scrapeLimits: optional(scrapeLimits),
  /** External labels other than `replica`. */
  externalLabels: mapOf(text, text),
  /** File name → text of config/rules/*.yml. */
  rules: mapOf(fileName, text),
  /** Job name → text of config/targets/<job>.yml (Prometheus's file_sd format). */
  targets: mapOf(fileName, text),
  /**
   * config/prometheus.yml, with what hangs on the rest of config/ resolved (lib/infra/config/native); absent: there is none,
   * or the bundle is of an earlier version.
   */
  prometheus: optional(text),
  /** What it names: path below config/ → text. Nodes have it at the same path beside prometheus.yml. */
  files: optional(mapOf(pathBelow, text)),
  /** Text of config/alertmanager.yml, its templates at templates/. */
  alertmanager: text,
  /** File name → text of config/templates/*. Absent from bundles of earlier versions. */
  templates: optional(mapOf(fileName, text)),
  /** Which alerts call a remedy. Absent from bundles of earlier versions. */
  remedies: optional(listOf(remedyTrigger)),
  /** Where values of secrets are kept that the files name; never a value. Absent: there are none. */
  secrets: optional(secretReferences),
});

/** Rules, targets, Alertmanager's configuration and its templates, as the user wrote them; one JSON file, an S3 asset. */
export type ConfigBundle = ReadOnly<z.output<typeof bundle>>;

export const CONFIG_BUNDLE = documentFormat({
  what: 'configuration bundle',
  shape: bundle,
  maxBytes: 64 * 1024 * 1024,
  fix: 'deploy again: it is an asset of the deploy',
});
