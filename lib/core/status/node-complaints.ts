import type { AgentStatus } from '../../contract/documents/agent-status';

/** A block is due every two hours; the alarm no-block-upload has the same limit. */
const UPLOAD_LATE_MS = 3 * 3_600_000;

/** What a node says is wrong with it, beyond what a probe sees; empty when nothing is. */
export function nodeComplaints({
  config,
  undelivered,
  rulesLate,
  sidecar,
  nodeQuery,
  scrub,
  backfill,
  restore,
  secrets,
  trust,
  volume,
}: AgentStatus): string[] {
  const found: string[] = [];
  if (config.error !== null && config.hash !== null) found.push(`it keeps its old configuration: ${config.error}`);
  if (rulesLate) found.push(`its rules are late: group ${rulesLate.group} by ${(rulesLate.byMs / 1000).toFixed(1)} s.`);
  found.push(...(undelivered ?? []).map((problem) => `${problem}, within ten minutes.`));
  found.push(...corruptionSaid(scrub?.corruption ?? []));
  if (scrub?.asksForVolume) found.push(`its Prometheus needs another volume: ${scrub.asksForVolume}.`);
  if (volume?.trouble) found.push(`its data volume is ${volume.trouble} since ${volume.since}: ${volume.because}.`);
  if (volume?.doing) found.push(`${volume.doing}.`);
  if (scrub?.error) found.push(`its scrub fails, so corruption would not be found: ${scrub.error}.`);
  if (backfill?.error) found.push(`it does not fetch what it missed from the other nodes: ${backfill.error}.`);
  if (restore?.error) found.push(`a block that it lost does not come back: ${restore.error}.`);
  if (secrets !== undefined) found.push(...secretsSaid(secrets));
  if (trust?.refused) found.push(`it was refused a certificate: ${trust.refused}`);
  // Agents of an earlier deploy say nothing of it, and without a configuration it has not been tried to start.
  if (config.hash === null) return found;
  if (sidecar === null || sidecar === undefined) return found;
  if (sidecar.missing) found.push('Thanos is not installed, so no block is uploaded.');
  else if (sidecar.pid === null) {
    found.push(`its Thanos sidecar does not run (${sidecar.lastExit ?? 'never started'}), so no block is uploaded.`);
  }
  if (nodeQuery && !sidecar.missing && nodeQuery.problem !== null) {
    found.push(`it would not answer clients while Thanos is down: ${nodeQuery.problem}.`);
  }
  found.push(...sidecar.errors.map((error) => `${error}.`));
  if (sidecar.uploadAgeMs !== null && sidecar.uploadAgeMs > UPLOAD_LATE_MS) {
    const hours = (sidecar.uploadAgeMs / 3_600_000).toFixed(1);
    found.push(`the newest uploaded block is ${hours} h old; ${sidecar.waitingBlocks} wait.`);
  }
  return found;
}

/** Why a node has never had a configuration, so that none of its programs was ever started; null: it has one. */
export function neverConfigured({ config }: AgentStatus): string | null {
  if (config.hash !== null) return null;
  return config.error === null ? 'it waits for its first configuration' : `it refuses its first one: ${config.error}`;
}

function secretsSaid({ missing, notRenewed, copyProblem }: NonNullable<AgentStatus['secrets']>): string[] {
  return [
    ...missing.map(({ name, because, usedBy }) => {
      const who = usedBy.length === 0 ? 'nothing uses it' : `${usedBy.join(', ')} fail${usedBy.length > 1 ? '' : 's'}`;
      return `the secret ${name} is missing (${because}): ${who}.`;
    }),
    ...notRenewed.map(
      ({ name, because }) => `the secret ${name} cannot be renewed (${because}): its last value is used.`,
    ),
    ...(copyProblem === null
      ? []
      : [`its secrets cannot be copied to its data volume (${copyProblem}): a boot without AWS would lack them.`]),
  ];
}

/** So many of one kind are named one by one: a page of the same hides what else is wrong. */
const MOST_OF_A_KIND = 3;

function corruptionSaid(corruption: NonNullable<AgentStatus['scrub']>['corruption']): string[] {
  const kinds = new Map<string, (typeof corruption)[number][]>();
  for (const d of corruption) kinds.set(d.class, [...(kinds.get(d.class) ?? []), d]);
  const said = ({ says, foundAt }: (typeof corruption)[number]): string =>
    `corruption in its TSDB since ${foundAt}: ${says}.`;
  return [...kinds].flatMap(([kind, all]) =>
    all.length <= MOST_OF_A_KIND
      ? all.map(said)
      : [`${said(all[0]!)} And ${all.length - 1} more like it (${kind}); GET /v1/status of its agent has them all.`],
  );
}
