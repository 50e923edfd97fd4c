import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration, type Configuration } from '../../../lib/infra/config/load';
import type { Checkers } from '../../../lib/infra/config/programs/check';
import { parseOverlay, readOverlay, type Overlay, type OverlayFile } from '../../../lib/infra/config/overlay/overlay';

/** In the run's directory; `npx cdk diff -c overlay=…` takes it. */
export const OVERLAY_FILE = 'overlay.json';

const CONFIG = join(__dirname, '../../../config');

export function writeOverlay(file: string, overlay: OverlayFile): void {
  parseOverlay(overlay, file);
  writeFileSync(file, `${JSON.stringify(overlay, null, 2)}\n`);
}

/** The overlay of a run with further settings of the cluster over it, in the same file. */
export function addToOverlay(file: string, change: (overlay: Overlay) => OverlayFile): void {
  writeOverlay(file, change(readOverlay(file)));
}

/** @throws ConfigurationError with what is wrong with config/, by the programs that nodes run, whichever version plays them */
export function checkUsersConfig(checkers: Checkers): void {
  const deployed = { promtool: checkers.promtool?.version ?? '', amtool: checkers.amtool?.version ?? '' };
  loadConfiguration(join(CONFIG, 'cluster.ts'), CONFIG, null, () => ({ checkers, deployed }));
}

/** config/ as it is, or with the overlay of that file over it. @throws ConfigurationError */
export function loadUsersConfig(overlay?: string): Configuration {
  return loadConfiguration(join(CONFIG, 'cluster.ts'), CONFIG, overlay === undefined ? null : readOverlay(overlay));
}
