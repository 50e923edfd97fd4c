import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { deviceName } from '../../../agent/boot/volume-step';

/** Where devices of attached volumes appear to an instance, named by the volume's id. */
export interface DeviceSlots {
  plug(volumeId: string, device: string): void;
  unplug(volumeId: string): void;
}

/** A directory that stands for /dev/disk/by-id. */
export function directorySlots(dir: string): DeviceSlots {
  const link = (volumeId: string): string => join(dir, deviceName(volumeId));
  const unplug = (volumeId: string): void => rmSync(link(volumeId), { force: true });
  return {
    plug(volumeId, device) {
      mkdirSync(dir, { recursive: true });
      unplug(volumeId);
      symlinkSync(device, link(volumeId));
    },
    unplug,
  };
}
