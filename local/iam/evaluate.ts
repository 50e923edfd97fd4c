import type { IamPolicy, Principals, Statement } from './policy';
import { holds } from './conditions';
import { fillIn, matches, type RequestContext } from './match';

/** Who calls: a role's session, or a service such as `cloudwatch.amazonaws.com`. */
export type IamCaller =
  | { readonly kind: 'role'; readonly account: string; readonly roleArn: string; readonly sessionArn: string }
  | { readonly kind: 'service'; readonly name: string };

/** One question: a call of an API may ask several, one for each resource that it touches. */
export interface IamQuestion {
  readonly caller: IamCaller;
  /** Such as `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or `*` where the action knows no resource. */
  readonly resource: string;
  readonly context: RequestContext;
}

export interface Policies {
  /** Of the caller's role. */
  readonly identity: readonly IamPolicy[];
  /** Of the resource, where it has one. */
  readonly resource: IamPolicy | null;
}

export type Decision =
  | { readonly allowed: true; readonly by: Statement }
  | { readonly allowed: false; readonly because: 'explicit deny'; readonly by: Statement }
  | { readonly allowed: false; readonly because: 'no allow' };

/** Keys and roles: without a word in their own policy nobody gets in, whatever the caller's own says. */
const NEEDS_RESOURCE_POLICY = ['kms', 'sts'];

/**
 * IAM's evaluation within one account, without boundaries, session policies and service control policies
 * (IAM User Guide, "Policy evaluation logic"). @throws Error a condition operator that IAM does not have
 */
export function evaluate(question: IamQuestion, { identity, resource }: Policies): Decision {
  const own = identity.flatMap(({ Statement }) => Statement).filter((s) => applies(s, question));
  const theirs = (resource?.Statement ?? [])
    .filter((s) => applies(s, question))
    .map((statement) => ({ statement, grants: grantsTo(statement, question.caller) }))
    .filter(({ grants }) => grants !== null);
  const deny = own.find(isDeny) ?? theirs.map(({ statement }) => statement).find(isDeny);
  if (deny !== undefined) return { allowed: false, because: 'explicit deny', by: deny };
  const direct = theirs.find(({ grants }) => grants === 'directly');
  if (direct !== undefined) return { allowed: true, by: direct.statement };
  const allow = own[0];
  const isOpen = !NEEDS_RESOURCE_POLICY.includes(question.action.split(':')[0]!) || theirs.length > 0;
  if (allow !== undefined && isOpen && question.caller.kind === 'role') return { allowed: true, by: allow };
  return { allowed: false, because: 'no allow' };
}

const isDeny = ({ Effect }: Statement): boolean => Effect === 'Deny';

/** Action, resource and condition; not yet whom it is about. */
function applies(s: Statement, { action, resource, context }: IamQuestion): boolean {
  const hasAction = (patterns: readonly string[]): boolean => patterns.some((p) => matches(p, action, true));
  const hasResource = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => {
      const filled = fillIn(pattern, context);
      return filled !== null && matches(filled, resource);
    });
  if (s.Action !== undefined ? !hasAction(s.Action) : s.NotAction !== undefined && hasAction(s.NotAction)) return false;
  if (s.Resource !== undefined ? !hasResource(s.Resource) : s.NotResource !== undefined && hasResource(s.NotResource))
    return false;
  return s.Condition === undefined || holds(s.Condition, context);
}

/** `by the account`: IAM policies of the account decide who of it; null: it is about somebody else. */
function grantsTo(s: Statement, caller: IamCaller): 'directly' | 'by the account' | null {
  if (s.NotPrincipal !== undefined) return isAmong(s.NotPrincipal, caller) === null ? 'directly' : null;
  return s.Principal === undefined ? null : isAmong(s.Principal, caller);
}

function isAmong(principals: Principals, caller: IamCaller): 'directly' | 'by the account' | null {
  if (principals === '*') return 'directly';
  if (caller.kind === 'service') return (principals.Service ?? []).includes(caller.name) ? 'directly' : null;
  const named = principals.AWS ?? [];
  if (named.some((name) => [`*`, caller.roleArn, caller.sessionArn].includes(name))) return 'directly';
  const account = [caller.account, caller.roleArn.replace(/:[^:]*$/, ':root')];
  return named.some((name) => account.includes(name)) ? 'by the account' : null;
}
