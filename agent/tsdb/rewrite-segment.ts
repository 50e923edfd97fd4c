import { open, type FileHandle } from 'node:fs/promises';
import { crc32c } from '../../lib/shell/tsdb/crc32c';
import type { Pace } from '../../lib/shell/tsdb/pace';
import {
  FRAGMENT,
  HEADER,
  WAL_PAGE_BYTES,
  scanSegment,
  type Fragment,
  type RecordSink,
  type SegmentScan,
} from './scan/segment';
import { reading } from '../../lib/shell/tsdb/window';

/**
 * Writes to `to` every whole, valid record of the segment `from`, in the order and with the compression that
 * they have, but those for which `leaveOut`, asked once for each, says so. Prometheus's own repair ends at
 * the first corruption; what follows it is as good as what precedes.
 * `to` is on disk when this returns. null when `from` is gone.
 */
export async function rewriteSegment(
  from: string,
  to: string,
  pace: Pace,
  leaveOut: () => boolean = () => false,
): Promise<SegmentScan | null> {
  const out = await open(to, 'w');
  try {
    const writer = new SegmentWriter(out, leaveOut);
    const scan = await reading(from, pace, (file) => scanSegment(file, writer));
    await writer.finish();
    await out.sync();
    return scan;
  } finally {
    await out.close();
  }
}

/** Lays records out in pages as Prometheus does (tsdb/wlog/wlog.go): none crosses a page but in fragments. */
class SegmentWriter implements RecordSink {
  private readonly page = Buffer.alloc(WAL_PAGE_BYTES);
  private used = 0;
  private fragments: Buffer[] = [];
  private flags = 0;

  constructor(
    private readonly out: FileHandle,
    private readonly leaveOut: () => boolean,
  ) {}

  fragment({ head, payload }: Fragment): void {
    this.flags = head & ~7;
    this.fragments.push(Buffer.from(payload));
  }

  drop(): void {
    this.fragments = [];
  }

  async end(): Promise<void> {
    let rest = Buffer.concat(this.fragments);
    this.fragments = [];
    if (this.leaveOut()) return;
    for (let first = true; first || rest.length > 0; first = false) {
      if (WAL_PAGE_BYTES - this.used < HEADER) await this.flush();
      const part = rest.subarray(0, WAL_PAGE_BYTES - this.used - HEADER);
      rest = rest.subarray(part.length);
      const whole = rest.length === 0;
      this.put(first ? (whole ? FRAGMENT.full : FRAGMENT.first) : whole ? FRAGMENT.last : FRAGMENT.middle, part);
    }
  }

  /** The last page is filled with zeros, as in every closed segment. */
  async finish(): Promise<void> {
    if (this.used > 0) await this.flush();
  }

  private put(type: number, part: Buffer): void {
    this.page[this.used] = type | this.flags;
    this.page.writeUInt16BE(part.length, this.used + 1);
    this.page.writeUInt32BE(crc32c(part), this.used + 3);
    part.copy(this.page, this.used + HEADER);
    this.used += HEADER + part.length;
  }

  private async flush(): Promise<void> {
    await this.out.write(this.page, 0, WAL_PAGE_BYTES);
    this.page.fill(0);
    this.used = 0;
  }
}
