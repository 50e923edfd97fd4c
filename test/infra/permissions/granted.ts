import { conditionKeys } from '../../../local/iam/grant';
import { normalForm, roleOf, withConditions, type OwnNames, type Permission } from '../../../local/iam/permissions';
import { parseIamPolicy, type Statement } from '../../../local/iam/policy';
import { ACCOUNT, arnOf, literal } from '../literal';
import type { Resource, Synthesized } from '../synthesize';

type Made = Resource & { readonly id: string };

/** Everything that the templates allow anybody: roles, what is attached to them, operators, and what resources say of callers. */
export function grantedPermissions(made: Synthesized): Permission[] {
  const own = namesIn(made);
  const roles = made.all('AWS::IAM::Role').flatMap((role) => ofRole(role, own));
  const attached = made
    .all('AWS::IAM::Policy')
    .flatMap(({ Properties: p }) =>
      p.Roles.flatMap((role: unknown) => allowed(p.PolicyDocument, own, () => roleOf(idOf(role)))),
    );
  const operators = made
    .all('AWS::IAM::ManagedPolicy')
    .flatMap(({ id, Properties: p }) =>
      allowed(p.PolicyDocument, own, () => (id.startsWith('SmokePolicy') ? 'smoke' : 'operator')),
    );
  const resources = ['AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy']
    .flatMap((type) => made.all(type))
    .flatMap(({ Properties: p }) => allowed(p.PolicyDocument, own, principalOf));
  const keys = made.all('AWS::KMS::Key').flatMap(({ id, Properties: p }) =>
    // In the policy of a key `*` is that key.
    allowed(p.KeyPolicy, own, principalOf).map((one) => ({
      ...one,
      resource: one.resource.replace(/^\*/, normalForm(arnOf(id), own)),
    })),
  );
  const functions = made.all('AWS::Lambda::Permission').map(({ Properties: p }) => ofFunction(p, own));
  return [...roles, ...attached, ...operators, ...resources, ...keys, ...functions];
}

function ofRole({ id, Properties: p }: Made, own: OwnNames): Permission[] {
  const inline = (p.Policies ?? []) as { readonly PolicyDocument: unknown }[];
  const managed = (literal(p.ManagedPolicyArns ?? []) as string[]).map((resource) => ({
    who: roleOf(id),
    action: 'AWS’s own policy',
    resource,
  }));
  return [...inline.flatMap(({ PolicyDocument }) => allowed(PolicyDocument, own, () => roleOf(id))), ...managed];
}

/** As Lambda writes it into the function's policy. */
function ofFunction(p: Resource['Properties'], own: OwnNames): Permission {
  const when = ['SourceAccount', 'SourceArn'].filter((key) => p[key] !== undefined).map((key) => `aws:${key}`);
  return {
    who: p.Principal,
    action: p.Action,
    resource: withConditions(normalForm(String(literal(p.FunctionName)), own), when),
  };
}

function allowed(document: unknown, own: OwnNames, whoOf: (s: Statement) => string): Permission[] {
  return parseIamPolicy(literal(document))
    .Statement.filter(({ Effect }) => Effect === 'Allow')
    .flatMap((s) =>
      s.Action!.flatMap((action) =>
        s.Resource!.map((resource) => ({
          who: whoOf(s),
          action,
          resource: withConditions(normalForm(resource, own), conditionKeys(s.Condition)),
        })),
      ),
    );
}

const principalOf = ({ Principal }: Statement): string => {
  const named = Principal === undefined || Principal === '*' ? ['*'] : Object.values(Principal).flat();
  return named.join(', ').replaceAll(ACCOUNT, '{account}');
};

const idOf = (reference: unknown): string => String(literal(reference)).replace(arnOf(''), '');

/** Templates call a thing by its logical id, or by the name that they give it. */
function namesIn(made: Synthesized): OwnNames {
  const everything = Object.values(made.stacks).flatMap((stack) => Object.entries(stack));
  const functions = made.all('AWS::Lambda::Function').map(({ id, Properties: p }) => [p.FunctionName, id] as const);
  return {
    cluster: made.cluster.name,
    region: 'eu-west-1',
    account: ACCOUNT,
    logical: new Map([
      [arnOf('AWS::StackId'), 'stack'],
      ...functions,
      ...everything.map(([id]) => [arnOf(id), id] as const),
    ]),
  };
}
