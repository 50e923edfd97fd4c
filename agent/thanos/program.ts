import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../base/log';
import { untilItWorks } from '../base/loop';
import type { Paths } from '../base/paths';
import { versionOf } from '../base/versions';

const INSTALL_AGAIN_MS = 30_000;

/** The Thanos of a node: one program, which runs as its sidecar and as its query. */
export class ThanosProgram {
  /** Empty until it is there. */
  version = '';
  private installing: Promise<boolean> | null = null;

  /** `install`: null where it is used as it is. */
  constructor(
    private readonly paths: Pick<Paths, 'bin'>,
    private readonly install: (() => Promise<void>) | null,
    private readonly log: Log,
  ) {}

  get file(): string {
    return join(this.paths.bin, 'thanos');
  }

  /** Installs it once, however often it is asked; false: this machine has none, and gets none. */
  installed(): Promise<boolean> {
    this.installing ??= this.untilInstalled();
    return this.installing;
  }

  private async untilInstalled(): Promise<boolean> {
    const { paths, install, log } = this;
    if (install !== null) await untilItWorks('the Thanos image', install, log, INSTALL_AGAIN_MS);
    if (!existsSync(this.file)) {
      const because = `there is no thanos in ${paths.bin}: no block is uploaded, and nothing answers clients from here`;
      log('warn', 'thanos-missing', { because });
      return false;
    }
    this.version = await untilItWorks('thanos --version', () => versionOf(paths.bin, 'thanos'), log);
    return true;
  }
}
