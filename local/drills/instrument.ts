import type { Measurements } from '../../lib/contract/check';
import type { TestBed } from './test-bed';

/** When what happened in a run, ms since the Unix epoch. */
export interface Moments {
  readonly startedAt: number;
  readonly struckAt: number;
  readonly undoneAt: number;
  readonly endedAt: number;
}

/** Numbers by name, and what they do not say, one sentence each. */
export interface MetricReading {
  readonly measurements: Measurements;
  readonly findings: readonly string[];
}

/** Something that a scenario measures beside the alerts, which every run measures. Started when the system is at rest. */
export type Instrument = (world: TestBed) => Measuring;

export interface Measuring {
  /** Just before the fault. */
  beforeFault?(): Promise<void>;
  /** Just before it is undone. */
  beforeUndo?(): Promise<void>;
  /** All is well again. */
  finish(moments: Moments): Promise<MetricReading>;
  /** Called last, also when the run is broken off. */
  stop?(): void;
}

/** Several readings as one. */
export function joined(readings: readonly MetricReading[]): MetricReading {
  return {
    measurements: Object.assign({}, ...readings.map((r) => r.measurements)) as Measurements,
    findings: readings.flatMap((r) => r.findings),
  };
}
