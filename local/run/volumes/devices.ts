import { execFile } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { promisify } from 'node:util';

/** Loop devices that stand in for NVMe devices of EBS volumes. Needs root. */

/** No device here answers slowly: whoever takes longer is stuck. */
const TIMEOUT_MS = 20_000;

export const runDeviceTool = (command: string, ...args: string[]): Promise<string> => runWith({}, command, ...args);

export async function runWith(
  env: Readonly<Record<string, string>>,
  command: string,
  ...args: string[]
): Promise<string> {
  try {
    const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', env: { ...process.env, ...env } } as const;
    return (await promisify(execFile)(command, args, options)).stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`${command} ${args.join(' ')}: ${stderr?.trim() || message}`, { cause: error });
  }
}

/** Returns the device, e.g. /dev/loop0. */
export async function attachDevice(image: string): Promise<string> {
  return (await runDeviceTool('losetup', '--find', '--show', image)).trim();
}

/** It goes at once, or with the last that uses it. */
export async function releaseDevice(device: string): Promise<void> {
  await runDeviceTool('losetup', '--detach', device);
}

/** Devices whose image is below a directory, also such as was deleted. */
export async function devicesBelow(directory: string): Promise<string[]> {
  const listed = await runDeviceTool('losetup', '--list', '--noheadings', '--output', 'NAME,BACK-FILE');
  return listed
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, image]) => image?.startsWith(`${directory}/`))
    .map(([device]) => device!);
}

/**
 * From now on every read and write of the device fails, as when EC2 takes a volume away under load: the device has
 * one sector left. What was written stays in the image. Python, because losetup has no word for it.
 */
export async function failDevice(device: string): Promise<void> {
  await runDeviceTool('python3', '-c', SHRINK, device);
}

/** struct loop_info64 of linux/loop.h: lo_sizelimit is at 32; LOOP_GET_STATUS64, LOOP_SET_STATUS64. */
const SHRINK = `
import fcntl, struct, sys
with open(sys.argv[1], 'rb') as device:
    info = bytearray(232)
    fcntl.ioctl(device, 0x4C05, info)
    struct.pack_into('Q', info, 32, 512)
    fcntl.ioctl(device, 0x4C04, bytes(info))
`;

/** Lets a file system go on that was frozen, wherever it is mounted, or nowhere any more. */
export async function thaw(device: string, scratch: string): Promise<void> {
  mkdirSync(scratch, { recursive: true });
  // A second mount of a device is the same file system.
  await runDeviceTool('mount', '-t', 'xfs', '-o', 'nouuid', device, scratch);
  try {
    await runDeviceTool('fsfreeze', '--unfreeze', scratch);
  } finally {
    await runDeviceTool('umount', scratch);
    rmdirSync(scratch);
  }
}
