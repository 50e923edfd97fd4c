import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROFILES } from '../../../lib/contract/profile';
import { renderFiles } from '../../../lib/core/rendering/render';
import { RENDER_INPUT } from '../../fixtures/render-input';
import { agentTestPrograms } from '../agent/agent-programs';

test.each(PROFILES)('promtool accepts what a node runs, profile %s', async (profile) => {
  const { bin, remove } = await agentTestPrograms();
  const dir = mkdtempSync(join(tmpdir(), 'promha-render-'));
  const bundle = { ...RENDER_INPUT.bundle, droppable: 'trade_engine_book_.*|redis_commands_.+' };
  try {
    for (const [name, text] of Object.entries(renderFiles({ ...RENDER_INPUT, bundle, profile, nodeTargets: dir }))) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
    const said = execFileSync(join(bin, 'promtool'), ['check', 'config', 'prometheus.yml'], {
      cwd: dir,
      encoding: 'utf8',
    });
    expect(said).toContain('4 rule files found');
  } finally {
    rmSync(dir, { recursive: true });
    remove();
  }
});
