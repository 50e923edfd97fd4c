import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, ListStacksCommand, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { EMULATOR_ACCOUNT } from '../emulator/deploy';
import { permissionTree, type OwnNames, type Permissions } from '../iam/permissions';
import { parseAsked, refusedCalls, usedPermissions, type AskedLine } from '../iam/used';
import { LOCAL_CREDENTIALS } from '../run/deploy/read-back';
import { IAM_LOG } from '../run/phases/deploy-phase';
import type { RunState } from '../../lib/shell/local/run-state';

/** Of all that the running system asked so far; nothing where everybody may do everything. */
function askedIn({ dir }: RunState): AskedLine[] {
  const log = join(dir, 'logs', IAM_LOG);
  return existsSync(log) ? parseAsked(readFileSync(log, 'utf8')) : [];
}

/** Calls that were refused since the system was started. */
export const callsRefused = (state: RunState): string[] => refusedCalls(askedIn(state));

/** Which of the deployed permissions were needed since the system was started. */
export async function permissionsUsed(state: RunState): Promise<Permissions> {
  return permissionTree(usedPermissions(askedIn(state), await ownNames(state)));
}

/** Whose names may stand in a policy. */
const NAMED = new Set([
  'AWS::CloudFormation::Stack',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::Lambda::Function',
  'AWS::S3::Bucket',
  'AWS::ServiceDiscovery::PrivateDnsNamespace',
  'AWS::ServiceDiscovery::Service',
  'AWS::SNS::Topic',
]);

async function ownNames({ cluster, region, endpoint }: RunState): Promise<OwnNames> {
  const client = new CloudFormationClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  const logical = new Map<string, string>();
  const { StackSummaries = [] } = await client.send(new ListStacksCommand({}));
  for (const { StackName, StackStatus } of StackSummaries) {
    if (StackStatus?.startsWith('DELETE') || !StackName?.startsWith(`${cluster}-`)) continue;
    for await (const page of paginateListStackResources({ client }, { StackName })) {
      for (const one of page.StackResourceSummaries ?? []) {
        if (NAMED.has(one.ResourceType!)) logical.set(one.PhysicalResourceId!, one.LogicalResourceId!);
      }
    }
  }
  return { cluster, region, account: EMULATOR_ACCOUNT, logical };
}
