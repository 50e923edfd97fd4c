import { worst, type AppStacks, type ChangeFinding, type ChangeRule, type Impact, type ResourceChange } from './change';
import { added, removed, replaced, updated } from './generic';
import { keptNoMore, lessProtected, otherTags, removedOrReplaced } from './kept';
import { group, launchTemplate } from './machines';
import { refusals } from './refused';
import { pairRenamed, type RenamedResource } from './renamed';
import { blockRetention, lifecycle, logRetention, sampleRetention } from './retention';
import { safetyNet, ecsService, taskDefinition, snsTopic, turnedOff } from './services';
import { stackFindings } from './stacks';
import { listener, securityGroup } from './traffic';

/** What a deploy does to one resource, or to a stack as a whole. */
export interface ReviewedChange {
  /** Id of the stack in the app. */
  readonly stack: string;
  /** Its logical id, of a changed one `old → new`; the name of a stack. */
  readonly resource: string;
  readonly type: string;
  readonly change: 'new' | 'removed' | 'renamed' | 'replaced' | 'changed';
  readonly impact: Impact;
  /** Worst first, joined by semicolons. */
  readonly why: string;
}

/** What `npm run review -- --json` prints, but for what was compared. */
export interface Review {
  /** The worst of all. */
  readonly impact: Impact;
  /** Worst first. */
  readonly changes: readonly ReviewedChange[];
  /** Why CloudFormation would refuse the deploy. */
  readonly refused: readonly string[];
}

const RULES: readonly ChangeRule[] = [
  removedOrReplaced,
  keptNoMore,
  otherTags,
  lessProtected,
  lifecycle,
  logRetention,
  blockRetention,
  sampleRetention,
  launchTemplate,
  group,
  ecsService,
  taskDefinition,
  listener,
  securityGroup,
  turnedOff,
  safetyNet,
  snsTopic,
  added,
  removed,
  replaced,
];

/**
 * What a deploy of `after` does where `before` is deployed. `changes`: of resources of stacks that are in both.
 * `isStateful`: whether resources of a type keep data.
 */
export function review(
  before: AppStacks,
  after: AppStacks,
  changes: readonly ResourceChange[],
  isStateful: (type: string) => boolean,
): Review {
  const stacks = stackFindings(before, after, isStateful);
  const whole = new Set(stacks.filter(({ only }) => only).map(({ stack }) => stack));
  const looked = changes.filter(({ stack }) => !whole.has(stack));
  const { pairs, rest } = pairRenamed(looked);
  const judge = (change: ResourceChange): ReviewedChange => {
    const context = { before: before[change.stack]!.template, after: after[change.stack]!.template };
    const found = RULES.flatMap((rule) => rule(change, context));
    return said(change, change.id, kindOf(change), found.length > 0 ? found : updated(change));
  };
  const reviewed = [
    ...stacks.map(({ only: _, ...finding }) => ({ ...finding, type: 'AWS::CloudFormation::Stack' })),
    ...pairs.map((pair) => ofPair(pair, judge(pair.gone))),
    ...rest.map(judge),
  ];
  const order = (impact: Impact): number => ORDER.indexOf(impact);
  return {
    impact: worst(reviewed.map(({ impact }) => impact)),
    changes: reviewed.sort((a, b) => order(a.impact) - order(b.impact)),
    refused: refusals(before, after, looked),
  };
}

const ORDER: readonly Impact[] = ['data at risk', 'interruption', 'rolling', 'in place', 'nothing'];

function said(
  { stack, type }: ResourceChange,
  resource: string,
  change: ReviewedChange['change'],
  findings: readonly ChangeFinding[],
): ReviewedChange {
  const impact = worst(findings.map((one) => one.impact));
  const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.impact) - ORDER.indexOf(b.impact));
  return { stack, resource, type, change, impact, why: [...new Set(sorted.map(({ why }) => why))].join('; ') };
}

/** As bad as that the old one goes. */
function ofPair({ gone, made }: RenamedResource, removal: ReviewedChange): ReviewedChange {
  const why = `another logical id is another resource: a new one is made; of the old one: ${removal.why}`;
  return { ...removal, resource: `${gone.id} → ${made.id}`, change: 'renamed', why };
}

function kindOf({ before, after, properties }: ResourceChange): ReviewedChange['change'] {
  if (before === null) return 'new';
  if (after === null) return 'removed';
  return properties.some((one) => one.replaces !== 'no') ? 'replaced' : 'changed';
}
