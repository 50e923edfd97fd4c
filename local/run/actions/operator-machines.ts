import type { Action } from './control-api';
import { reservedAddresses } from '../hosts/addresses';
import type { System } from '../parts';

/** Machines that a person has `promha` on: in the VPC, and at home. */
export const OPERATOR_MACHINES = ['inside', 'outside'] as const;
export type OperatorMachine = (typeof OPERATOR_MACHINES)[number];

/** Its network namespace. */
export const namespaceOf = (machine: OperatorMachine): string => `promha-operator-${machine}`;

type Body = Readonly<Record<string, unknown>>;

/**
 * Makes the two machines, each in a network namespace. The one inside is in the nodes' security group, as docs/deploying.md
 * wants it for `--via direct`. The one outside is in none; its packets do arrive in the VPC, as over a VPN, so that the
 * groups alone keep it from the nodes.
 */
export function operatorActions(
  { deployed: { groups }, network, instances }: Pick<System, 'deployed' | 'network' | 'instances'>,
  timed: (act: (body: Body) => unknown) => Action,
): Readonly<Record<string, Action>> {
  let remove: readonly (() => void)[] = [];
  return {
    'add-operators': timed(() => {
      if (network.mode === 'loopback') throw new Error('machines of operators need network namespaces, that is root');
      const addresses = reservedAddresses(network.hostAddress).operators;
      const [inside, outside] = OPERATOR_MACHINES.map((m) => network.addHost(`operator-${m}`, addresses[m]));
      groups?.join('operator-inside', inside!, [...instances.values()][0]!.deployed.securityGroups);
      remove = [() => groups?.leave('operator-inside'), () => inside!.remove(), () => outside!.remove()];
    }),
    'remove-operators': timed(() => {
      for (const one of remove) one();
      remove = [];
    }),
  };
}
