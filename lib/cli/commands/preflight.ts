import { S3Client } from '@aws-sdk/client-s3';
import { TAGS } from '../../contract/tags';
import { judgeBootstrap, judgeMirror, judgeRoles } from '../../core/preflight/account';
import { judgeImage, judgeOffer } from '../../core/preflight/image';
import { judgeNames } from '../../core/preflight/names';
import { needsOf } from '../../core/preflight/needs';
import { judgeQuotas } from '../../core/preflight/quotas';
import { preflightReport, type PreflightReport } from '../../core/preflight/report';
import type { Cluster } from '../../infra/config/cluster';
import { demandOf } from '../../infra/config/demand';
import { EXIT } from '../exit';
import { lookAtAccount } from '../preflight/look-account';
import { lookAtImage, lookAtOffer } from '../preflight/look-image';
import { lookAtMirror } from '../preflight/look-mirror';
import { lookAtNames } from '../preflight/look-names';

/** Whether an account is ready for a cluster. What could not be asked is a finding; it changes nothing. */
export async function preflight(cluster: Cluster, local: boolean): Promise<PreflightReport> {
  const { region, zones, instance, name, artifactMirror = null } = cluster;
  const demand = demandOf(cluster);
  const needs = needsOf(demand);
  const [seen, image, offered, names, missing] = await Promise.all([
    lookAtAccount(cluster, needs),
    lookAtImage(cluster),
    lookAtOffer(region, demand.instanceTypes),
    lookAtNames(cluster),
    lookAtMirror(cluster, new S3Client({ region, forcePathStyle: local })),
  ]);
  const account = cluster.account ?? seen.account;
  return preflightReport({ cluster: name, region, account, needs }, [
    ...judgeBootstrap(seen.bootstrap, account, region),
    ...judgeNames(names, { cluster: name, region, keptTag: TAGS.kept }),
    ...judgeImage(image, instance.architecture, region),
    ...judgeOffer(offered, demand.instanceTypes, zones),
    ...judgeQuotas(needs, seen, region),
    ...judgeRoles(seen.roles),
    ...judgeMirror(artifactMirror, missing),
  ]);
}

export function preflightCode({ findings }: PreflightReport): number {
  const has = (level: string): boolean => findings.some((finding) => finding.level === level);
  if (has('stop')) return EXIT.unhealthy;
  return has('unknown') ? EXIT.unreachable : EXIT.well;
}
