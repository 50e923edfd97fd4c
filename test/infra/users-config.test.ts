import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../../lib/infra/config/load';
import { ROOT } from '../fixtures/config-dir';
import { assemble, type Synthesized } from './synthesize';
import { TEMPLATE_RULES } from './template-rules';

/** config/ as its user has it: whatever it says, its templates keep every rule. */
const config = join(ROOT, 'config');
const { cluster, bundle } = loadConfiguration(join(config, 'cluster.ts'), config);
let made: Synthesized;
beforeAll(() => {
  made = assemble(cluster, bundle);
});
afterAll(() => rmSync(made.dir, { recursive: true }));

test.each(TEMPLATE_RULES)('config/: $says', ({ check }) => check(made, cluster));
