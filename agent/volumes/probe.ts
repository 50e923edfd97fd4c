import { spawn, type ChildProcess } from 'node:child_process';
import type { VolumeLook } from '../../lib/core/volumes/health';

/** One block that is written again and again: on a full disk too. Then how much is free: blocks, their size, all. */
const SCRIPT =
  'dd if=/dev/zero of="$0/.promha-look" bs=4096 count=1 conv=notrunc,fsync status=none && stat -f -c "%a %S %b" "$0"';

/**
 * Looks whether the data volume takes a write. By a process of its own: on a volume that hangs it hangs with it and
 * cannot be killed, and nothing of the agent waits for it. No second one is started until it is back.
 */
export class VolumeProbe {
  private pendingSince: number | null = null;
  private last: VolumeLook = { pendingMs: null, complaint: '', freeBytes: null, totalBytes: null };

  constructor(private readonly directory: string) {}

  /** What was seen last; while a look has not come back, for how long. Starts the next one. */
  look(now: number): VolumeLook {
    if (this.pendingSince !== null) return { ...this.last, pendingMs: now - this.pendingSince };
    this.begin(now);
    return this.last;
  }

  /** The directory is another volume now; what is still under way was of the old one. */
  forget(): void {
    this.pendingSince = null;
    this.last = { pendingMs: null, complaint: '', freeBytes: null, totalBytes: null };
    this.turn += 1;
  }

  private turn = 0;

  private begin(now: number): void {
    const turn = this.turn;
    this.pendingSince = now;
    const done = (look: Omit<VolumeLook, 'pendingMs'>): void => {
      if (turn !== this.turn) return;
      this.pendingSince = null;
      this.last = { ...look, pendingMs: null };
    };
    // The machine's trouble, not the volume's: without memory spawn throws, and without descriptors there are no pipes.
    const machineFails = (): void => done(this.last);
    let child: ChildProcess;
    try {
      child = spawn('sh', ['-c', SCRIPT, this.directory], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
      });
    } catch {
      machineFails();
      return;
    }
    let out = '';
    let complaint = '';
    child.once('error', machineFails);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.once('close', (code) => {
      // What dd and stat say of the volume they say with 1; else they were killed, or could not be started.
      if (code !== 0 && code !== 1) {
        machineFails();
        return;
      }
      const [free, size, all] = out.trim().split(' ').map(Number);
      const known = code === 0 && all !== undefined;
      done({
        complaint: known ? '' : complaint.trim() || `exit ${code}`,
        freeBytes: known ? free! * size! : null,
        totalBytes: known ? all * size! : null,
      });
    });
    child.unref();
  }
}
