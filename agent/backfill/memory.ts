import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RefillState } from '../../lib/contract/documents/agent-files';
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
      const state = JSON.parse(text) as Partial<RefillState> | null;
      const numbers = [state?.wholeUntil, state?.thoroughUntil].every(Number.isFinite);
      return state?.version === 1 && numbers ? (state as RefillState) : null;
    } catch {
      return null;
    }
  }

  /** @throws when the volume does not take it */
  async write(state: RefillState): Promise<void> {
    await replaceFile(this.file, `${JSON.stringify(state)}\n`);
  }
}
