import type { BootDrill } from './drill';
import { MACHINE_DRILLS } from './machine-drills';
import { MEMORY_DRILLS } from './memory-drills';
import { VOLUME_DRILLS } from './volume-drills';

/** Everything that one instance that really boots can be put through. */
export const BOOT_DRILLS: readonly BootDrill[] = [...MACHINE_DRILLS, ...MEMORY_DRILLS, ...VOLUME_DRILLS];

/** That of the name, or all of them: `boot`. */
export const bootDrillsOf = (name: string): readonly BootDrill[] =>
  name === 'boot' ? BOOT_DRILLS : BOOT_DRILLS.filter((drill) => drill.name === name);
