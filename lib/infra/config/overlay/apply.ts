import type { ClusterConfig } from '../cluster';
import type { Native } from '../native/native';
import { containNative } from './contain-native';
import { addRoutes, containReceivers } from './contain-receivers';
import { containRemedies, containTargets } from './contain-targets';
import { merge } from './merge';
import type { Overlay } from './overlay';

/** A configuration as the user wrote it, found sound. */
export interface Sound {
  readonly config: ClusterConfig;
  readonly rules: Readonly<Record<string, string>>;
  readonly targets: Readonly<Record<string, string>>;
  /** config/prometheus.yml; null where there is none. */
  readonly native: Native | null;
  readonly alertmanager: string;
  /** File name → text. */
  readonly templates: Readonly<Record<string, string>>;
}

/** What an overlay keeps from what it would do elsewhere; names, for people. */
export interface Contained {
  readonly receivers: readonly string[];
  /** host:port of targets that are shown as down. */
  readonly targets: readonly string[];
  readonly remedies: readonly string[];
  /** What is played less often than the user has it, in words. */
  readonly fewer: readonly string[];
}

/** The same with the overlay over it. `config` has the form of a ClusterConfig only if the overlay's cluster is sound. */
export function applyOverlay(
  { config, rules, targets, native, alertmanager, templates }: Sound,
  overlay: Overlay,
): Omit<Sound, 'config'> & { readonly config: unknown; readonly contained: Contained } {
  const hosts = overlay.contained ?? { hosts: {}, targets: false, receivers: null };
  const receivers =
    hosts.receivers === null ? { text: alertmanager, names: [] } : containReceivers(alertmanager, hosts.receivers);
  const scraped = containTargets(targets, hosts);
  const users = native === null ? null : containNative(native, hosts);
  const tried = containRemedies(config.remedies ?? [], hosts);
  const scale = { replicas: config.replicas, shards: config.shards ?? 1 };
  const most = overlay.most ?? scale;
  return {
    config: merge(
      {
        ...config,
        remedies: [...tried.remedies, ...overlay.remedies],
        replicas: Math.min(scale.replicas, most.replicas),
        shards: Math.min(scale.shards, most.shards),
      },
      overlay.cluster,
    ),
    rules: { ...rules, ...overlay.rules },
    targets: { ...scraped.targets, ...overlay.targets },
    native: users?.native ?? null,
    alertmanager: addRoutes(receivers.text, overlay.routes),
    templates,
    contained: {
      receivers: receivers.names,
      targets: [...scraped.elsewhere, ...(users?.elsewhere ?? [])],
      remedies: tried.left,
      fewer: (['replicas', 'shards'] as const)
        .filter((name) => scale[name] > most[name])
        .map((name) => `${most[name]} of ${scale[name]} ${name}`),
    },
  };
}
