import { silenceInWords } from '../../core/alerts/silences';
import { planSilences, type SilencePlan } from '../../core/alerts/imported-silences';
import { SILENCES } from './answers';
import { Server } from './ask';

export interface SilenceReport extends SilencePlan {
  readonly from: string;
  readonly into: string;
  /** How many were made. */
  readonly made: number;
}

const PATH = '/api/v2/silences';

/** Makes the silences of one Alertmanager in another, those that are not there; interrupted, the next run goes on. */
export async function importSilences(from: string, into: string, apply: boolean, now: number): Promise<SilenceReport> {
  const [old, cluster] = [new Server(from), new Server(into)];
  const plan = planSilences(await old.get(PATH, SILENCES), await cluster.get(PATH, SILENCES), now);
  for (const silence of apply ? plan.make : []) await cluster.post(PATH, silence);
  return { ...plan, from: old.url, into: cluster.url, made: apply ? plan.make.length : 0 };
}

export function renderSilences({ make, there, told, made, into }: SilenceReport): string {
  const applied = made > 0 || make.length === 0;
  return [
    ...make.map((one) => `${made > 0 ? 'made' : 'would be made'}: ${silenceInWords(one)}`),
    ...told.map((line) => `note: ${line}`),
    `${make.length} ${made > 0 ? 'made' : 'to be made'} in ${into}, ${there} there already.${applied ? '' : ' Nothing was changed: --apply makes them.'}`,
    '',
  ].join('\n');
}
