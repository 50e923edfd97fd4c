/** The last address that a host can have: instances get theirs from the beginnings of the subnets. */
export function lastAddress(cidr: string): string {
  const [base, bits] = cidr.split('/') as [string, string];
  const network = base.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const last = network + 2 ** (32 - Number(bits)) - 2;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.');
}

/** The addresses just below the runner's own, which is the last of the network: AWS hands out from the other end. */
export function freeAddresses(hostAddress: string, count: number): string[] {
  const number = hostAddress.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return Array.from({ length: count }, (_, i) => {
    const n = number - 1 - i;
    return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.');
  });
}

/** So many at the end of a range are the local run's own. */
export const RESERVED = 19;

/** Who has which of them: nobody's may be anybody else's. */
export function reservedAddresses(hostAddress: string): {
  readonly plainPair: readonly string[];
  /** Of the load balancer, one in each of two zones; it connects from the first. */
  readonly balancer: readonly [string, string];
  readonly operators: { readonly inside: string; readonly outside: string };
  readonly functions: readonly string[];
} {
  const all = freeAddresses(hostAddress, RESERVED);
  const operators = { inside: all[3]!, outside: all[4]! };
  return { plainPair: all.slice(0, 2), balancer: [all[2]!, all[5]!], operators, functions: all.slice(6) };
}
