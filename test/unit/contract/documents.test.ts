import { ASSIGNMENT } from '../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY, type Policy } from '../../../lib/contract/documents/policy';
import { parsePolicy, policyProblems } from '../../../lib/contract/policy-relations';
import { UserError } from '../../../lib/contract/errors';
import { anAssignment } from '../../fixtures/builders';

const GOOD = anAssignment({ epoch: 3, promotions: ['2026-01-01T00:00:00.000Z'] });

describe('the assignment', () => {
  test('reads the slowest profile of versions before as the one that is left', () => {
    const old = JSON.stringify({ ...GOOD, scrapeProfile: 'minimal' });
    expect(ASSIGNMENT.parse(old, 'here').scrapeProfile).toBe('reduced');
    expect(ASSIGNMENT.serialize(ASSIGNMENT.parse(old, 'here'))).toContain('"reduced"');
  });
  test('reads what it wrote', () => expect(ASSIGNMENT.parse(ASSIGNMENT.serialize(GOOD), 'here')).toEqual(GOOD));

  test.each<[string, string, string]>([
    ['half a document', '{"version": 1, "epo', 'is not JSON'],
    ['null', 'null', "assignment's document is unusable"],
    ['another version', JSON.stringify({ ...GOOD, version: 2 }), "assignment's version is unusable"],
    ['epoch 0', JSON.stringify({ ...GOOD, epoch: 0 }), "assignment's epoch is unusable"],
    ['a fraction of an epoch', JSON.stringify({ ...GOOD, epoch: 1.5 }), "assignment's epoch is unusable"],
    ['nobody', JSON.stringify({ ...GOOD, active: '' }), "assignment's active is unusable"],
    ['no time', JSON.stringify({ ...GOOD, since: 'yesterday' }), "assignment's since is unusable"],
    ['promotions that are no list', JSON.stringify({ ...GOOD, promotions: 2 }), "assignment's promotions is unusable"],
  ])('%s is refused whole, with place and remedy', (_name, text, what) => {
    expect(() => ASSIGNMENT.parse(text, 's3://bucket/key')).toThrow(UserError);
    expect(() => ASSIGNMENT.parse(text, 's3://bucket/key')).toThrow(what);
    expect(() => ASSIGNMENT.parse(text, 's3://bucket/key')).toThrow('s3://bucket/key: ');
    expect(() => ASSIGNMENT.parse(text, 's3://bucket/key')).toThrow('fix:      restore an earlier version');
  });
});

describe('an error that a person has to act on', () => {
  test('says what, where, got, expected and how to fix it', () => {
    const error = new UserError({ what: 'wrong', where: 'a.yml:3:1', got: '1', expected: '2', fix: 'write 2' });
    expect(error.message).toBe('a.yml:3:1: wrong\n  got:      1\n  expected: 2\n  fix:      write 2');
    expect(error).toMatchObject({ name: 'UserError', problem: { got: '1' } });
  });
  test('leaves out what it does not know', () => expect(new UserError({ what: 'wrong' }).message).toBe('wrong'));
});

describe('relations in the policy', () => {
  const with_ = (change: (p: { -readonly [K in keyof Policy]: Policy[K] }) => object): Policy => ({
    ...DEFAULT_POLICY,
    ...change(DEFAULT_POLICY),
  });
  const probe = (over: Partial<Policy['probe']>) => with_((p) => ({ probe: { ...p.probe, ...over } }));
  const routing = (change: (p: Policy) => Partial<Policy['routing']>) =>
    with_((p) => ({ routing: { ...p.routing, ...change(p) } }));

  test('the default is sound', () => expect(policyProblems(DEFAULT_POLICY)).toEqual([]));

  test.each<[string, Policy]>([
    ['probe.timeoutMs', probe({ timeoutMs: 2_000 })],
    ['verifyTimeoutMs', with_(() => ({ verifyTimeoutMs: 1_001 }))],
    ['watch.silentMs', with_((p) => ({ watch: { ...p.watch, silentMs: 999 } }))],
    ['probe.fall', probe({ fall: 1 })],
    ['probe.rise', probe({ rise: 0 })],
    ['heartbeatStaleMs', with_(() => ({ heartbeatStaleMs: 4_000 }))],
    ['storeOutageGraceMs', with_(() => ({ storeOutageGraceMs: 3_000 }))],
    ['flapping.holdDownMs', with_((p) => ({ flapping: { ...p.flapping, holdDownMs: p.flapping.windowMs } }))],
    ['routing.backAfterMs', routing((p) => ({ backAfterMs: p.probe.fall * p.probe.intervalMs }))],
    ['routing.backAfterMs', routing(() => ({ backAfterMs: 45_001 }))],
    ['routing.holdMs', routing((p) => ({ holdMs: p.routing.backAfterMs - 1 }))],
    ['flapping.free', with_((p) => ({ flapping: { ...p.flapping, free: 0 } }))],
    ['pollMs', with_(() => ({ pollMs: 0 }))],
    ['calmPollMs', with_((p) => ({ calmPollMs: p.pollMs - 1 }))],
    ['calmPollMs', with_(() => ({ calmPollMs: 10_001 }))],
    ['canary.wellMs', with_(() => ({ canary: { wellMs: -1 } }))],
    ['canary.wellMs', with_(() => ({ canary: { wellMs: 240_001 } }))],
    ['maxScrapeLagMs', with_(() => ({ maxScrapeLagMs: -1 }))],
  ])('%s', (path, policy) => {
    const found = policyProblems(policy);
    expect(found.map((p) => p.path.join('.'))).toEqual([path]);
    expect(() => parsePolicy(JSON.stringify(policy))).toThrow(`policy.${path}: ${found[0]!.what}`);
  });

  test('a sound one is taken as it is', () =>
    expect(parsePolicy(JSON.stringify(DEFAULT_POLICY))).toEqual(DEFAULT_POLICY));
});
