import { rangesOverlap, parseCidr } from '../check/cidr';
import type { Cluster } from '../cluster';
import type { Contradiction } from './contradiction';

/** Ranges, and ways out of the network. */
export function network({ network: net, zones, clients, artifactMirror }: Cluster): Contradiction[] {
  const found: Contradiction[] = [];
  const range = parseCidr(net.cidr)!;
  if (net.kind === 'new' && (range.prefix < 16 || range.prefix > 24)) {
    found.push({
      path: ['network', 'cidr'],
      what: 'the range of the VPC has an unusable size',
      got: net.cidr,
      expected: '/16 to /24',
      fix: 'choose another range',
    });
  }
  if (net.kind === 'new' && net.egress === 'endpoints' && artifactMirror === undefined) {
    found.push({
      path: ['network', 'egress'],
      what: 'nodes without internet could not download Prometheus',
      got: "egress 'endpoints' and no artifactMirror",
      expected: "a bucket with the releases, or egress 'nat'",
      fix: 'copy the release tarballs into a bucket and name it as artifactMirror',
    });
  }
  if (net.kind === 'imported') {
    for (const zone of zones.filter((z) => net.subnets[z] === undefined)) {
      found.push({
        path: ['network', 'subnets'],
        what: `no subnet is given for zone ${zone}`,
        got: Object.keys(net.subnets).join(', ') || 'none',
        expected: 'one subnet per zone',
        fix: `add '${zone}': { subnetId, routeTableId }`,
      });
    }
  }
  clients.forEach((text, i) => {
    const twin = clients.slice(0, i).find((other) => rangesOverlap(parseCidr(other)!, parseCidr(text)!));
    if (twin === undefined) return;
    found.push({
      path: ['clients', i],
      what: 'two ranges of clients overlap',
      got: `${text} and ${twin}`,
      expected: 'ranges that do not overlap',
      fix: 'keep the wider one',
    });
  });
  return found;
}
