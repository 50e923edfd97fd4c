import { BOOT_DRILLS, bootDrillsOf } from '../../../../local/boot/drills/boot-drills';
import { BOOT_LIMITS } from '../../../../local/boot/drills/limits';
import { namesOutside } from '../../../../local/boot/drills/machine-drills';
import { MEANING } from '../../../../local/drills/judge/meaning';
import { SCENARIOS } from '../../../../local/drills/scenarios';

const names = BOOT_DRILLS.map(({ name }) => name);

test('each has a name of its own, limits, and is part of `boot`', () => {
  expect(names).toEqual(
    expect.arrayContaining([
      'boot-first',
      'boot-again',
      'boot-old-data',
      'boot-volume-late',
      'boot-volume-stuck',
      'boot-bad-checksum',
      'boot-metadata-late',
      'boot-mirror-only',
      'boot-loop-stall',
      'boot-root-full',
      'boot-oom',
      'boot-twins',
    ]),
  );
  expect(new Set([...names, ...SCENARIOS.map((s) => s.name)]).size).toBe(names.length + SCENARIOS.length);
  expect(Object.keys(BOOT_LIMITS).sort()).toEqual([...names].sort());
  expect(bootDrillsOf('boot')).toBe(BOOT_DRILLS);
  expect(bootDrillsOf('boot-first').map(({ name }) => name)).toEqual(['boot-first']);
  expect(bootDrillsOf('primary-crash')).toEqual([]);
});

test('every figure that is judged is explained', () => {
  const judged = Object.values(BOOT_LIMITS).flatMap((limits) => limits.map(({ measurement }) => measurement));
  expect(judged.filter((name) => !(name in MEANING))).toEqual([]);
});

test('what a node asks for in its own VPC is no question to the internet', () => {
  const asked = [
    'ip-10-0-0-1',
    'ip-10-0-0-1.eu-west-1.compute.internal',
    '1.0.0.10.in-addr.arpa',
    'redis.trading.internal',
    'does-not-exist.example.com',
    'example.invalid',
  ];
  expect(namesOutside([...asked, 'github.com', 'github.com'])).toEqual(['github.com']);
});
