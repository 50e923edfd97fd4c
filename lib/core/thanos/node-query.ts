import { stringify } from 'yaml';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { PORTS } from '../../contract/ports';

export interface NodeQueryInput {
  readonly address: string;
  /** Where only this node reaches it. */
  readonly loopback: string;
  /** Path of what endpointsConfig makes. */
  readonly endpointsFile: string;
  /** What it may take; see nodeQueryMemoryMiB. */
  readonly memoryMiB: number;
}

/** An eighth of a machine, for which Prometheus leaves room; with less than half a GiB a dashboard does not get far. */
export const nodeQueryMemoryMiB = (machineMiB: number): number => Math.max(512, Math.floor(machineMiB / 8));

/** Of both replicas' series, with their labels and open chunks: 10 KiB for each. */
const SERIES_PER_MIB = 100;
/** Of both replicas. 50 million, as Prometheus itself allows, for a machine of 16 GiB. */
const SAMPLES_PER_MIB = 25_000;

/**
 * `thanos query` on a node: what clients reach while the tasks do not answer. It asks the sidecars of all nodes, so it
 * answers also while this node's Prometheus does not; and not the store gateway, which may be why the tasks are away.
 */
export function nodeQueryCommand({ address, loopback, endpointsFile, memoryMiB }: NodeQueryInput): string[] {
  return [
    'query',
    `--http-address=${address}:${PORTS.nodeQuery}`,
    `--grpc-address=${loopback}:${PORTS.nodeQueryGrpc}`,
    // Addresses instead of names: they are known without DNS and without Cloud Map.
    endpointsArgument(endpointsFile),
    // Default 5m.
    '--endpoint.sd-config-reload-interval=2s',
    // Default 5s, and nodes are looked at as often: one that is gone is asked for 4 s instead of 10.
    '--endpoint.info-timeout=2s',
    // A sidecar says after 1.5 s that its Prometheus hangs (sidecarCommand). Beyond that a node is gone, and the other
    // one has the same samples.
    '--store.response-timeout=2s',
    `--query.replica-label=${EXTERNAL_LABELS.replica}`,
    '--query.partial-response',
    // A node that is gone holds queries for two seconds: so many more are under way meanwhile.
    '--query.max-concurrent=50',
    '--query.timeout=30s',
    `--store.limits.request-series=${memoryMiB * SERIES_PER_MIB}`,
    `--store.limits.request-samples=${memoryMiB * SAMPLES_PER_MIB}`,
    '--http-grace-period=1s',
    '--grpc-grace-period=1s',
    '--log.format=json',
  ];
}

export const endpointsArgument = (file: string): string => `--endpoint.sd-config-file=${file}`;

/** Whom it asks: the sidecars at these addresses. */
export const endpointsConfig = (addresses: readonly string[]): string =>
  stringify({ endpoints: addresses.map((address) => ({ address: `${address}:${PORTS.thanosGrpc}` })) });
