import type { Cluster } from '../cluster';
import { shardsOf } from '../layout';
import type { Contradiction } from './contradiction';

/** Where nodes are: in zones that there are, and not all in one. */
export function nodes(cluster: Cluster): Contradiction[] {
  const { zones, placement = {} } = cluster;
  const found: Contradiction[] = [];
  const names = shardsOf(cluster).flatMap((shard) => shard.nodes.map(({ name }) => name));
  for (const [name, zone] of Object.entries(placement)) {
    if (!names.includes(name)) {
      found.push({
        path: ['placement', name],
        what: 'a node is placed that is not there',
        got: `'${name}'`,
        expected: `one of ${names.join(', ')}`,
        fix: 'correct the name or remove it',
      });
    }
    if (!zones.includes(zone)) {
      found.push({
        path: ['placement', name],
        what: 'the zone of a node is not one of the cluster',
        got: `'${zone}'`,
        expected: `one of zones: ${zones.join(', ')}`,
        fix: 'correct it, or add the zone to zones',
      });
    }
  }
  for (const { shard, nodes: members } of shardsOf(cluster)) {
    if (members.length < 2 || new Set(members.map(({ zone }) => zone)).size > 1) continue;
    found.push({
      path: zones.length > 1 ? ['placement'] : ['zones'],
      what: 'all nodes of a shard are in one zone and would be lost together',
      got: `shard ${shard}: '${members[0]!.zone}' ${members.length} times`,
      expected: 'at least 2 zones',
      fix: zones.length > 1 ? 'place a node elsewhere' : 'add a zone',
    });
  }
  return found;
}

/** Families from before Nitro; of i3 only the whole machine has it. */
const XEN = /^(m[1-4]|t[12]|c[134]|r[34]|x1e?|d2|h1|i2|f1|g[23]s?|p[23]|i3(?!\.metal))\./;

/** What nodes are: image, type and architecture belong together. */
export function machines({ region, zones, instance }: Cluster): Contradiction[] {
  const found: Contradiction[] = [];
  zones.forEach((zone, i) => {
    if (zone.slice(0, -1) !== region || zones.indexOf(zone) < i) {
      found.push({
        path: ['zones', i],
        what: zones.indexOf(zone) < i ? 'a zone is listed twice' : 'a zone is not in the region',
        got: `'${zone}'`,
        expected: `a zone of ${region}, once`,
        fix: 'correct zones or region',
      });
    }
  });
  if (instance.ami !== undefined && instance.ami[region] === undefined) {
    found.push({
      path: ['instance', 'ami'],
      what: 'no image is given for the region',
      got: Object.keys(instance.ami).join(', ') || 'none',
      expected: `an image id for ${region}, or no ami at all`,
      fix: `add '${region}': 'ami-…', or leave out ami and call \`npm run pin -- image\``,
    });
  }
  const { type, fallbackTypes = [], architecture } = instance;
  found.push(...machine(type, architecture, ['instance', 'type']));
  fallbackTypes.forEach((fallback, i) => {
    const path = ['instance', 'fallbackTypes', i] as const;
    if (fallback === type || fallbackTypes.indexOf(fallback) < i) {
      found.push({
        path,
        what: 'an instance type is listed twice',
        got: `'${fallback}'`,
        expected: 'each type once, and not the one that is wanted',
        fix: 'remove it',
      });
    } else found.push(...machine(fallback, architecture, path));
  });
  return found;
}

/** Whether a node can work on machines of the type. */
function machine(type: string, architecture: string, path: Contradiction['path']): Contradiction[] {
  if (XEN.test(type)) {
    return [
      {
        path,
        what: 'this instance type does not show its volumes as NVMe devices, and a node would wait for its data volume for ever',
        got: `'${type}'`,
        expected: 'a type on the Nitro system, such as r7g.large',
        fix: 'take a newer family',
      },
    ];
  }
  // Graviton families carry a g after their generation: r7g, m7gd, c8gn, t4g.
  const graviton = /^[a-z]+\d+g[a-z]*\./.test(type) || type.startsWith('a1.');
  if (graviton === (architecture === 'arm64')) return [];
  return [
    {
      path,
      what: 'instance type and architecture do not match',
      got: `'${type}' with '${architecture}'`,
      expected: graviton ? "'arm64' for this type" : "'x86_64' for this type",
      fix: 'change one of them, and the image with it',
    },
  ];
}
