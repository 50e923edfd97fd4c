import fc from 'fast-check';
import type { AppStacks, TemplateResource } from '../../lib/core/review/change';
import { typeFacts } from '../../local/review/diff';
import { edited, judged, stacksOf } from './review-lab';

let base: AppStacks;
beforeAll(() => (base = stacksOf((c) => c)));

/** Written down here once more, so that it is not the specification that judges itself. */
const STATEFUL = ['AWS::EC2::Volume', 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::Logs::LogGroup'];
const ORDER = ['nothing', 'in place', 'rolling', 'interruption', 'data at risk'];

describe('any change, by seed', () => {
  type Kind = 'remove' | 'rename' | 'change';
  interface Any {
    readonly kind: Kind;
    readonly stack: string;
    readonly nth: number;
    readonly property: number;
  }
  const any = fc.record({
    kind: fc.constantFrom<Kind>('remove', 'rename', 'change'),
    stack: fc.constantFrom('stateful', 'network', 'query', 'thanos', 'control', 'nodes'),
    nth: fc.nat(),
    property: fc.nat(),
  });
  const target = ({ stack, nth }: Any): [string, TemplateResource] => {
    const all = Object.entries(base[stack]!.template.Resources);
    return all[nth % all.length]!;
  };
  const propertyIn = (one: Any): string => {
    const names = Object.keys(target(one)[1].Properties ?? {});
    return names[one.property % Math.max(1, names.length)] ?? 'Tags';
  };
  const apply = (to: AppStacks, one: Any): AppStacks =>
    edited(to, one.stack, (r) => {
      const [id] = target(one);
      const resource = r[id];
      if (resource === undefined) return;
      if (one.kind === 'change') resource.Properties = { ...resource.Properties, [propertyIn(one)]: 'something else' };
      else delete r[id];
      if (one.kind === 'rename') r[`${id}Other`] = resource;
    });
  const only = (all: AppStacks, ...stacks: string[]): AppStacks =>
    Object.fromEntries(stacks.map((stack) => [stack, all[stack]!]));

  test('what keeps data never goes without a warning, no change is left out, and nothing is said of what stays', () => {
    const least = (one: Any): string => {
      const { Type } = target(one)[1];
      if (one.kind !== 'change') return STATEFUL.includes(Type) ? 'data at risk' : 'in place';
      const isReplaced = typeFacts(Type).names.includes(propertyIn(one));
      return isReplaced && STATEFUL.includes(Type) ? 'data at risk' : 'in place';
    };
    fc.assert(
      fc.property(any, (one) => {
        const result = judged(only(base, one.stack), only(apply(base, one), one.stack));
        const [id, { Type }] = target(one);
        const about = result.changes.filter(({ resource }) => resource.split(' → ').includes(id));
        expect(about.map(({ type }) => type)).toEqual([Type]);
        expect(about[0]!.change).toBe({ remove: 'removed', rename: 'renamed', change: about[0]!.change }[one.kind]);
        expect(ORDER.indexOf(about[0]!.impact)).toBeGreaterThanOrEqual(ORDER.indexOf(least(one)));
        const said = result.changes.map(({ resource }) => resource).filter((resource) => !resource.includes(id));
        if (one.kind === 'change' && about[0]!.change === 'changed') expect(said).toEqual([]);
      }),
      { seed: 13, numRuns: 150 },
    );
  });

  test('of two changes the review is as bad as that of the worse', () => {
    fc.assert(
      fc.property(any, any, (one, other) => {
        fc.pre(one.stack === other.stack && target(one)[0] !== target(other)[0]);
        const [before, stack] = [only(base, one.stack), one.stack];
        const alone = [one, other].map((edit) => ORDER.indexOf(judged(before, only(apply(base, edit), stack)).impact));
        const both = judged(before, only(apply(apply(base, one), other), stack));
        expect(ORDER.indexOf(both.impact)).toBeGreaterThanOrEqual(Math.max(...alone));
      }),
      { seed: 14, numRuns: 40 },
    );
  });
});
