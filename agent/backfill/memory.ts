import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKFILL_STATE, type BackfillState } from '../../lib/contract/documents/agent-files';
import { replaceFile } from '../base/files';
import { ifThere } from '../../lib/shell/tsdb/listing';

/** Up to when this node is whole, on its data volume. Lost or corrupted, all of the window is compared again. */
export class BackfillMemory {
  private readonly file: string;

  constructor(data: string) {
    this.file = join(data, 'backfill', 'state.json');
  }

  async read(): Promise<BackfillState | null> {
    const text = await ifThere(() => readFile(this.file, 'utf8'));
    if (text === null) return null;
    try {
      return BACKFILL_STATE.parse(text, this.file);
    } catch {
      return null;
    }
  }

  /** @throws when the volume does not take it */
  async write(state: BackfillState): Promise<void> {
    await replaceFile(this.file, BACKFILL_STATE.serialize(state));
  }
}
