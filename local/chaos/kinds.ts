/** What of a node, or of what is around the nodes, a fault is about: two faults about the same are not in force at once. */
export type FaultPart = 'agent' | 'prometheus' | 'alertmanager' | 'network' | 'control' | 'store' | 'targets';

export interface FaultFacts {
  readonly about: readonly FaultPart[];
  /** `node`: one of the two, drawn; `both`: each of them at once; `around`: none. */
  readonly where: 'node' | 'both' | 'around';
  /** How long it is in force at least and at most, ms; equal where its length is not ours to choose. */
  readonly lasts: readonly [number, number];
  /** The node scrapes, evaluates or tells nothing meanwhile; the other one has to be let alone. */
  readonly takesNode?: true;
  /** Of volumes, deploys and load, which take minutes: at most a tenth of the incidents have one. */
  readonly long?: true;
}

const SHORT = [2_000, 40_000] as const;
/** Over when it has struck; what it starts takes so long. */
const strikes = (ms: number): readonly [number, number] => [ms, ms];
const node = (about: readonly FaultPart[], more: Partial<FaultFacts> = {}): FaultFacts => ({
  about,
  where: 'node',
  lasts: SHORT,
  ...more,
});
const taking = (about: readonly FaultPart[], more: Partial<FaultFacts> = {}): FaultFacts =>
  node(about, { takesNode: true, ...more });
const around = (about: readonly FaultPart[], more: Partial<FaultFacts> = {}): FaultFacts => ({
  ...node(about, more),
  where: 'around',
});

const MACHINE = ['agent', 'prometheus', 'alertmanager', 'network'] as const;
/** Found within 15 s, repaired by a start. */
const CORRUPTION = taking(['prometheus'], { lasts: strikes(40_000) });
const VOLUME = taking(['prometheus'], { lasts: strikes(120_000), long: true });

/** Every kind of fault that chaos knows: those of the drills that a node, or what is around it, recovers from by itself. */
export const FAULT_KINDS = {
  'prometheus-crash': node(['prometheus'], { lasts: strikes(5_000) }),
  'prometheus-down': taking(['prometheus']),
  'prometheus-hang': taking(['prometheus']),
  'agent-down': taking(['agent']),
  'agent-hang': taking(['agent']),
  'loop-stall': taking(['agent'], { lasts: strikes(15_000) }),
  'alertmanager-down': taking(['alertmanager']),
  'alertmanager-hang': taking(['alertmanager']),
  'machine-pause': taking(['agent', 'prometheus', 'alertmanager']),
  'host-loss': taking(MACHINE),
  partition: taking(['network']),
  flap: taking(['network'], { lasts: strikes(20_000) }),
  'packet-loss': taking(['network']),
  'one-way-out': taking(['network']),
  'one-way-in': taking(['network']),
  's3-cut': node(['network']),
  'wal-flip': CORRUPTION,
  'wal-truncate': CORRUPTION,
  'wal-hole': CORRUPTION,
  'wal-tail': CORRUPTION,
  'wal-checkpoint': CORRUPTION,
  'both-crash': { about: ['prometheus'], where: 'both', lasts: strikes(10_000), takesNode: true },
  'alertmanagers-down': { about: ['alertmanager'], where: 'both', lasts: [2_000, 6_500] },
  'control-plane-halt': around(['control']),
  'health-check-held': around(['control']),
  'false-alarm': around(['control'], { lasts: strikes(1_000) }),
  'promotions-asked': around(['control'], { lasts: strikes(5_000) }),
  'store-stop': around(['store', 'control']),
  switchover: around(['control'], { lasts: strikes(5_000) }),
  'redis-down': around(['targets']),
  'bad-target': around(['targets']),
  'volume-gone': VOLUME,
  'volume-stall': VOLUME,
  'disk-full': VOLUME,
  'zone-loss': taking(MACHINE, { lasts: [20_000, 75_000], long: true }),
  'load-spike': around(['targets'], { lasts: [90_000, 150_000], long: true }),
} as const satisfies Readonly<Record<string, FaultFacts>>;

export type FaultKind = keyof typeof FAULT_KINDS;
export const FAULT_NAMES = Object.keys(FAULT_KINDS) as FaultKind[];
export const factsOf = (kind: FaultKind): FaultFacts => FAULT_KINDS[kind];
