import { UserError } from '../../lib/core/errors';
import { ending, EXIT, NotNow, Unreachable } from '../../bin/promha/exit';

const sdk = Object.assign(new Error('The bucket does not exist'), {
  name: 'NoSuchBucket',
  $metadata: {},
  $fault: 'client',
});
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

test.each<[string, unknown, number]>([
  ['a call that cannot be done', new UserError({ what: 'which drill?' }), EXIT.badCall],
  ['a cluster that is not well enough', new NotNow({ what: 'not now' }), EXIT.unwell],
  ['a stack that cannot be read', new Unreachable({ what: 'no stack' }), EXIT.unreachable],
  ['an answer of AWS', sdk, EXIT.unreachable],
  ['no way to AWS', refused, EXIT.unreachable],
  ['no credentials', Object.assign(new Error('none'), { name: 'CredentialsProviderError' }), EXIT.unreachable],
  ['a mistake of ours', new TypeError('x is undefined'), EXIT.defect],
])('%s', (_, error, code) => {
  const spoken = ending(error, false);
  expect(spoken).toMatchObject({ code, out: '' });
  expect(spoken.err).toMatch(/^promha: /);
  const json = ending(error, true);
  expect(json).toMatchObject({ code, err: '' });
  const { error: problem, exitCode } = JSON.parse(json.out) as { error: { what: string }; exitCode: number };
  expect(problem.what).not.toBe('');
  expect(exitCode).toBe(code);
});

test('a stack trace is for mistakes of ours only', () => {
  expect(ending(sdk, false).err).not.toContain('    at ');
  expect(ending(sdk, false).err).toMatch(/got: +NoSuchBucket: The bucket does not exist\n.*expected: .*\n.*fix: /);
  expect(ending(new TypeError('x'), false).err).toContain('    at ');
});
