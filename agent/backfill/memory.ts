import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REFILL_STATE, type RefillState } from '../../lib/contract/documents/agent-files';
import { replaceFile } from '../base/files';
import { ifThere } from '../tsdb/scan/listing';

/** Up to when this node is whole, on its data volume. Lost or damaged, all of the window is compared again. */
export class RefillMemory {
  private readonly file: string;

  constructor(data: string) {
    this.file = join(data, 'refill', 'state.json');
  }

  async read(): Promise<RefillState | null> {
    const text = await ifThere(() => readFile(this.file, 'utf8'));
    if (text === null) return null;
    try {
      return REFILL_STATE.parse(text, this.file);
    } catch {
      return null;
    }
  }

  /** @throws when the volume does not take it */
  async write(state: RefillState): Promise<void> {
    await replaceFile(this.file, REFILL_STATE.serialize(state));
  }
}
