import { TREATMENTS, type How, type Treatment } from './treatments';

export interface DeployedResource {
  readonly type: string;
  /** `<stack>/<logical id>` */
  readonly name: string;
}

export interface Fidelity extends DeployedResource {
  readonly how: How;
  readonly why: string;
  /** The test that fails when it is left out; of what is played, or not at all, there is none. */
  readonly test: string | null;
}

const ORDER: readonly How[] = ['enforced', 'as deployed', 'played', 'not at all'];

const UNDECIDED: Treatment = { how: 'not at all', why: 'nobody has decided what becomes of it here' };

/** What becomes of each resource; what nobody thought of is `not at all`, and says so. */
export function fidelityOf(resources: readonly DeployedResource[]): Fidelity[] {
  return resources
    .map(({ type, name }): Fidelity => {
      const { how, why, test = null } = TREATMENTS[type] ?? UNDECIDED;
      return { type, name, how, why, test };
    })
    .sort((a, b) => ORDER.indexOf(a.how) - ORDER.indexOf(b.how) || compare(a.type, b.type) || compare(a.name, b.name));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One line for each type. */
export function renderFidelity(all: readonly Fidelity[]): string {
  const types = [...new Set(all.map(({ type }) => type))].map((type) => all.filter((one) => one.type === type));
  const width = Math.max(...types.map(([one]) => one!.type.length));
  const lines = types.map((same) => {
    const { how, type, why, test } = same[0]!;
    const line = `${how.padEnd(11)}  ${type.padEnd(width)}  ${String(same.length).padStart(3)}  ${why}`;
    return test === null ? line : `${line} (${test})`;
  });
  const count = (how: How): string => `${types.filter(([one]) => one!.how === how).length} ${how}`;
  return [...lines, `types: ${ORDER.map(count).join(', ')}`].join('\n');
}
