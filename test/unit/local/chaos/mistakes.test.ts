import { join } from 'node:path';
import { bundle } from '../../../../lib/infra/constructs/control/bundle';
import { isMistake, MISTAKE_NAMES, withMistake } from '../../../../local/chaos/mistakes';

const ROOT = join(__dirname, '../../../..');

test('each mistake can be planted in the agent that is deployed, and in no other text', () => {
  const agent = bundle(join(ROOT, 'agent', 'main.ts'), ROOT, Infinity);
  expect(MISTAKE_NAMES).toContain('no-guard');
  for (const name of MISTAKE_NAMES.filter(isMistake)) {
    expect(withMistake(name, agent)).not.toBe(agent);
    expect(() => withMistake(name, 'another text')).toThrow('0 times, not once');
  }
});
