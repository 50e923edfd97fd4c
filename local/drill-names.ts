import { BOOT_DRILLS, bootDrillsOf } from './boot/drills/boot-drills';
import { SCENARIOS, scenariosOf } from './drills/scenarios';

/** Everything that `npm run drill` can do, in the order in which it is told. */
export const DRILL_NAMES: readonly string[] = [...SCENARIOS, ...BOOT_DRILLS].map(({ name }) => name);

/** Those that a name stands for; none where it is no name. */
export const drillNamesOf = (name: string): readonly string[] =>
  [...scenariosOf(name), ...bootDrillsOf(name)].map((one) => one.name);
