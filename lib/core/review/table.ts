import type { Impact } from './change';
import type { Review, ReviewedChange } from './review';

const SIGNS: Readonly<Record<Impact, string>> = {
  'data at risk': '**data at risk**',
  interruption: '**interruption**',
  rolling: 'rolling',
  'in place': 'in place',
  nothing: 'nothing',
};
/** Of those to which the same happens. */
const NAMED = 3;

/** One heading, one table: for a pull request, and readable as it is. `base`: what it was compared with. */
export function reviewTable({ impact, changes, refused }: Review, base: string): string {
  const what = changes.length === 0 ? 'deploys nothing' : `${changes.length} changed, at worst: ${SIGNS[impact]}`;
  return [
    `### Review of the deploy, compared with ${base}: ${what}`,
    ...(refused.length === 0
      ? []
      : ['', '**CloudFormation would refuse this deploy:**', ...refused.map((one) => `- ${one}`)]),
    ...(changes.length === 0
      ? []
      : ['', '| | stack | resource | what happens |', '|---|---|---|---|', ...rows(changes)]),
    '',
  ].join('\n');
}

/** Functions and alarms come by the dozen: those to which the same happens stand in one row. */
function rows(changes: readonly ReviewedChange[]): string[] {
  const alike = new Map<string, ReviewedChange[]>();
  for (const change of changes) {
    const key = JSON.stringify([change.impact, change.stack, change.type, change.change, change.why]);
    alike.set(key, [...(alike.get(key) ?? []), change]);
  }
  return [...alike.values()].map((those) => {
    const { impact, stack, type, change, why } = those[0]!;
    const names = those.slice(0, NAMED).map(({ resource }) => `\`${resource}\``);
    const more = those.length > NAMED ? ` and ${those.length - NAMED} more` : '';
    const short = type.replace(/^AWS::/, '');
    const happens = change === why ? why : `${change}: ${why}`;
    return `| ${[SIGNS[impact], stack, `${short} ${names.join(', ')}${more}`, happens].map(cell).join(' | ')} |`;
  });
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
