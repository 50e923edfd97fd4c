import type { AppStack, AppStacks, ChangeFinding, StackTemplate } from './change';

/** What happens to a stack as a whole. `only`: nothing is to be said of its resources one by one. */
export interface StackFinding extends ChangeFinding {
  readonly stack: string;
  readonly resource: string;
  readonly change: 'new' | 'removed' | 'renamed' | 'changed';
  readonly only: boolean;
}

const place = ({ stackName, environment }: AppStack): string => `${stackName} (${environment.replace('aws://', '')})`;
const size = ({ Resources }: StackTemplate): number => Object.keys(Resources).length;

/** `isStateful`: of a type. */
export function stackFindings(
  before: AppStacks,
  after: AppStacks,
  isStateful: (type: string) => boolean,
): StackFinding[] {
  const holds = ({ template }: AppStack): boolean =>
    Object.values(template.Resources).some(({ Type }) => isStateful(Type));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((stack): StackFinding[] => {
    const [was, is] = [before[stack], after[stack]];
    if (was === undefined) {
      const what = { stack, resource: is!.stackName, change: 'new', only: true } as const;
      return [{ ...what, impact: 'nothing', why: `a new stack: ${size(is!.template)} resources` }];
    }
    if (is === undefined) {
      const why = `cdk deploy deletes no stack: it stays and goes on billing until \`aws cloudformation delete-stack --stack-name ${was.stackName}\``;
      const what = { stack, resource: was.stackName, change: 'removed', only: true } as const;
      return [{ ...what, impact: holds(was) ? 'data at risk' : 'interruption', why }];
    }
    if (was.stackName !== is.stackName || was.environment !== is.environment) {
      const why =
        'a second cluster: this deploy makes new, empty volumes and buckets; the first one stays, alerts and bills. ' +
        'Free only if the first was never deployed. Other changes were not looked at';
      const what = { stack, resource: `${place(was)} → ${place(is)}`, change: 'renamed', only: true } as const;
      return [{ ...what, impact: 'data at risk', why }];
    }
    if (was.terminationProtection && !is.terminationProtection) {
      const why = 'termination protection goes: anybody who may can delete the stack';
      return [{ stack, resource: is.stackName, change: 'changed', only: false, impact: 'data at risk', why }];
    }
    return [];
  });
}
