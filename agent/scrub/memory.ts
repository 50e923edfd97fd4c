import { join } from 'node:path';
import { parseInventory, serializeInventory, type Inventory } from '../../lib/core/damage-inventory';
import { readIfExists, writeAtomically } from '../files';
import { messageOf, type Log } from '../log';

/** What the last pass saw, on the data volume: a volume made from a snapshot brings the memory that fits it. */
export class Memory {
  private readonly file: string;

  constructor(
    data: string,
    private readonly log: Log,
  ) {
    this.file = join(data, 'scrub', 'inventory.json');
  }

  /** null when there is none; a damaged one is no reason to see no damage at all. */
  read(): Inventory | null {
    const text = readIfExists(this.file);
    if (text === null) return null;
    try {
      return parseInventory(text, this.file);
    } catch (error) {
      this.log('warn', 'scrub-memory-lost', { error: messageOf(error) });
      return null;
    }
  }

  /** On a full disk the next passes see as much as the files alone show. */
  write(inventory: Inventory): void {
    try {
      writeAtomically(this.file, serializeInventory(inventory));
    } catch (error) {
      this.log('error', 'scrub-memory-not-written', { error: messageOf(error) });
    }
  }
}
