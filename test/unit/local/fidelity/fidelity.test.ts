import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fidelityOf, renderFidelity } from '../../../../local/fidelity/report';
import { TREATMENTS } from '../../../../local/fidelity/treatments';
import { ROOT } from '../../../fixtures/config-dir';

test('what is enforced or runs as deployed names a test that exists; the rest names none', () => {
  for (const [type, { how, test: named }] of Object.entries(TREATMENTS)) {
    const proven = how === 'enforced' || how === 'as deployed';
    expect([type, named === undefined ? false : existsSync(join(ROOT, named))]).toEqual([type, proven]);
  }
});

test('a type that nobody thought of is not hidden', () => {
  const all = fidelityOf([
    { type: 'AWS::New::Thing', name: 'nodes/Thing' },
    { type: 'AWS::IAM::Role', name: 'nodes/Role' },
    { type: 'AWS::IAM::Role', name: 'control/Role' },
  ]);
  expect(all.map(({ name, how }) => [name, how])).toEqual([
    ['control/Role', 'enforced'],
    ['nodes/Role', 'enforced'],
    ['nodes/Thing', 'not at all'],
  ]);
  expect(renderFidelity(all).split('\n')).toEqual([
    'enforced     AWS::IAM::Role     2  calls of its sessions are judged by its policies (test/contract/local/emulator-deploy.test.ts)',
    'not at all   AWS::New::Thing    1  nobody has decided what becomes of it here',
    'types: 1 enforced, 0 as deployed, 0 played, 1 not at all',
  ]);
});
