import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { NodeProgram } from '../../lib/contract/node-users';
import { usesRole } from '../../lib/core/rendering/uses-role';
import type { AgentEnv } from '../base/env';
import { readIfExists } from '../base/files';
import type { Paths } from '../base/paths';
import type { Sandbox } from './unit';

/** Of the machine: what a sidecar takes for queries is taken from no Prometheus. Blocks can wait. */
const SIDECAR_SHARE = 4;
const SIDECAR_LEAST_MIB = 512;

/**
 * Blocks can wait, and clients have other nodes. The agent starts Prometheus again; what that one fired Alertmanager and the gate still have.
 * Where no score may be lowered, as in a container, it goes before the agent all the same.
 */
const OOM_SCORES: Readonly<Record<NodeProgram, number>> = {
  'node-query': 1000,
  sidecar: 500,
  prometheus: 100,
  alertmanager: -500,
};

type Where = Pick<Paths, 'config' | 'data'>;

/** What Prometheus or Alertmanager may do. The user's configuration may have them ask AWS. */
export function configured(program: 'prometheus' | 'alertmanager', { config, data }: Where): Sandbox {
  const text = readIfExists(join(config, 'live', `${program}.yml`)) ?? '';
  return { program, data, role: usesRole(text), oomScore: OOM_SCORES[program] };
}

export const ofSidecar = ({ data }: Pick<Paths, 'data'>): Sandbox => ({
  program: 'sidecar',
  data,
  worksWith: 'prometheus',
  role: true,
  oomScore: OOM_SCORES.sidecar,
  memoryMaxMiB: Math.max(SIDECAR_LEAST_MIB, Math.floor(totalmem() / 2 ** 20 / SIDECAR_SHARE)),
});

export const ofNodeQuery = (): Sandbox => ({
  program: 'node-query',
  data: null,
  role: false,
  oomScore: OOM_SCORES['node-query'],
});

/** Where there is systemd, a unit; elsewhere nothing, which makes it a child. */
export const inUnits = (
  { units }: Pick<AgentEnv, 'units'>,
  sandbox: () => Sandbox,
): { readonly sandbox?: () => Sandbox } => (units ? { sandbox } : {});
