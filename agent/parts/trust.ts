import type { S3Client } from '@aws-sdk/client-s3';
import { PORTS } from '../../lib/contract/ports';
import { systemClock } from '../../lib/shell/async/clock';
import { s3TrustStore } from '../../lib/shell/trust/store';
import { askCluster } from '../alerts/alertmanager';
import type { Base } from '../base/base';
import { ownFile } from '../base/files';
import type { Peers } from '../failover/peers';
import { readableBy } from '../secrets/readers';
import { TrustFiles } from '../trust/files';
import { Gossip, type GossipDeps } from '../trust/gossip';
import { TrustKeeper } from '../trust/keeper';

/** The node's certificate, and its first use. */
export interface Trust {
  readonly trust: TrustKeeper;
  readonly gossip: Gossip;
}

const ALERTMANAGER_TIMEOUT_MS = 1_000;

export function trustOf(
  { base, s3 }: { readonly base: Base; readonly s3: S3Client },
  address: string,
  peers: Pick<Peers, 'everywhere'>,
  alertmanager: GossipDeps['alertmanager'],
): Trust {
  const { config, env, paths, log } = base;
  const readers = (): ReturnType<typeof ownFile> => (env.units ? readableBy(['alertmanager']) : ownFile());
  const files = new TrustFiles(paths.trust, readers, log);
  const store = s3TrustStore(s3, config.controlBucket, config.policy.storeTimeoutMs);
  const trust = new TrustKeeper({ config, address, store, files, clock: systemClock, log });
  const answers = async (other: string): Promise<boolean> => {
    const signal = AbortSignal.timeout(ALERTMANAGER_TIMEOUT_MS);
    return (await askCluster(`${other}:${PORTS.alertmanager}`, signal)) !== null;
  };
  const othersNotify = async (): Promise<boolean> => {
    const others = peers.everywhere.filter((other) => other !== address);
    return (await Promise.all(others.map(answers))).includes(true);
  };
  const gossip = new Gossip({
    keeper: trust,
    files,
    alertmanager,
    othersNotify,
    place: () => peers.everywhere.indexOf(address),
    clock: systemClock,
    log,
  });
  return { trust, gossip };
}
