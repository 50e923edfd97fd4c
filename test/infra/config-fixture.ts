import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');

/** A copy of config/ that a test may spoil, beside a link to nothing: cluster.ts is loaded from the copy. */
export class ConfigFixture {
  readonly dir = mkdtempSync(join(tmpdir(), 'promha-config-'));

  constructor() {
    cpSync(join(ROOT, 'config'), this.dir, { recursive: true });
    this.edit('cluster.ts', "'../lib/infra/config/cluster'", JSON.stringify(join(ROOT, 'lib/infra/config/cluster')));
  }

  path(file: string): string {
    return join(this.dir, file);
  }

  /** Replaces a text that must be there. */
  edit(file: string, from: string, to: string): this {
    const text = readFileSync(this.path(file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
    writeFileSync(
      this.path(file),
      text.replace(from, () => to),
    );
    return this;
  }

  write(file: string, text: string): this {
    writeFileSync(this.path(file), text);
    return this;
  }

  /** file:line of the first line that contains the text. */
  lineOf(file: string, text: string): string {
    const index = readFileSync(this.path(file), 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text));
    if (index < 0) throw new Error(`${file} has no line with ${text}`);
    return `${this.path(file)}:${index + 1}:`;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }
}
