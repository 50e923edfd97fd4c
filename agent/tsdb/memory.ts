import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INVENTORY, type Inventory } from '../../lib/contract/documents/agent/inventory';
import { replaceFile } from '../base/files';
import { messageOf, type Log } from '../base/log';
import { ifThere } from '../../lib/shell/tsdb/listing';

/**
 * What the last pass saw, on the data volume: a volume made from a snapshot brings the memory that fits it.
 * Never waited for by anything else of the agent: the volume may hang, and the gate must not.
 */
export class Memory {
  private readonly file: string;

  constructor(
    data: string,
    private readonly log: Log,
  ) {
    this.file = join(data, 'scrub', 'inventory.json');
  }

  /** null when there is none; a corrupted one is no reason to see no corruption at all. */
  async read(): Promise<Inventory | null> {
    const text = await ifThere(() => readFile(this.file, 'utf8'));
    if (text === null) return null;
    try {
      return INVENTORY.parse(text, this.file);
    } catch (error) {
      this.log('warn', 'scrub-memory-lost', { error: messageOf(error) });
      return null;
    }
  }

  /** On a full disk the next passes see as much as the files alone show. */
  async write(inventory: Inventory): Promise<void> {
    try {
      await replaceFile(this.file, INVENTORY.serialize(inventory));
    } catch (error) {
      this.log('error', 'scrub-memory-not-written', { error: messageOf(error) });
    }
  }
}
