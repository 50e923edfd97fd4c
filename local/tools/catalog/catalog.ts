import { NODE_MAJOR, VERSIONS, type Released } from '../../../lib/contract/versions';
import { ALERTMANAGER_PAGES, PROMETHEUS_PAGES } from './stub-pages';
import type { Bundle, ReleaseSource, ToolName } from './types';

const { thanos, node, moto } = VERSIONS;
const cfnLint = VERSIONS['cfn-lint'];

const release = (program: Released): ReleaseSource => ({ program, ...VERSIONS[program] });
/** As their own releases are built (.promu.yml). */
const stamped = (version: string): string => `-s -w -X github.com/prometheus/common/version.Version=${version}`;

/** How each tool is had; which version of it, lib/contract/versions says. */
export const BUNDLES: readonly Bundle[] = [
  {
    name: 'prometheus',
    tools: ['prometheus', 'promtool'],
    pinned: VERSIONS.prometheus.version,
    exact: true,
    oldest: '2.42.0',
    versionArgs: ['--version'],
    release: release('prometheus'),
    go: {
      module: VERSIONS.prometheus.module,
      packages: ['cmd/prometheus', 'cmd/promtool'],
      tags: 'netgo,builtinassets',
      ldflags: stamped(VERSIONS.prometheus.version),
      added: PROMETHEUS_PAGES,
    },
    debian: {
      packages: {
        prometheus: { prometheus: 'usr/bin/prometheus', promtool: 'usr/bin/promtool' },
        promtool: { promtool: 'usr/bin/promtool' },
      },
      prefer: 'newest',
    },
  },
  {
    name: 'alertmanager',
    tools: ['alertmanager', 'amtool'],
    pinned: VERSIONS.alertmanager.version,
    exact: true,
    oldest: '0.25.0',
    versionArgs: ['--version'],
    release: release('alertmanager'),
    go: {
      module: VERSIONS.alertmanager.module,
      packages: ['cmd/alertmanager', 'cmd/amtool'],
      tags: 'netgo',
      ldflags: stamped(VERSIONS.alertmanager.version),
      added: ALERTMANAGER_PAGES,
    },
    debian: {
      packages: {
        'prometheus-alertmanager': { alertmanager: 'usr/bin/prometheus-alertmanager', amtool: 'usr/bin/amtool' },
      },
      prefer: 'newest',
      compiledInDirectory: { tool: 'alertmanager', directory: '/usr/share/prometheus/alertmanager' },
    },
  },
  {
    name: 'thanos',
    tools: ['thanos'],
    pinned: thanos.version,
    exact: true,
    oldest: '0.42.0',
    versionArgs: ['--version'],
    // No release: no two independent sources confirm the sums of its tarballs.
    go: {
      module: thanos.module,
      packages: ['cmd/thanos'],
      // As its own releases are built. Without slicelabels its gRPC panics at the first series.
      tags: 'netgo,slicelabels',
      ldflags: stamped(thanos.version),
    },
  },
  {
    // A target of the demonstration: any recent one does.
    name: 'redis_exporter',
    tools: ['redis_exporter'],
    pinned: VERSIONS.redis_exporter.version,
    exact: false,
    oldest: '1.45.0',
    versionArgs: ['--version'],
    release: release('redis_exporter'),
    go: {
      module: VERSIONS.redis_exporter.module,
      packages: [''],
      ldflags: `-X main.BuildVersion=v${VERSIONS.redis_exporter.version}`,
    },
    debian: {
      packages: { 'prometheus-redis-exporter': { redis_exporter: 'usr/bin/prometheus-redis-exporter' } },
      prefer: 'newest',
    },
  },
  {
    // What functions and nodes run on: any of the same major version.
    name: 'node',
    tools: ['node'],
    pinned: node.version,
    exact: false,
    oldest: `${NODE_MAJOR}.0.0`,
    below: `${NODE_MAJOR + 1}.0.0`,
    versionArgs: ['--version'],
    npm: { package: 'node-linux-{arch}', ...node, files: { node: 'package/bin/node' } },
  },
  {
    name: 'haproxy',
    tools: ['haproxy'],
    pinned: null,
    exact: false,
    oldest: '2.4.0',
    versionArgs: ['-v'],
    debian: { packages: { haproxy: { haproxy: 'usr/sbin/haproxy' } }, prefer: 'own' },
  },
  {
    name: 'redis',
    tools: ['redis-server', 'redis-cli'],
    pinned: null,
    exact: false,
    oldest: '6.0.0',
    versionArgs: ['--version'],
    debian: {
      packages: {
        // redis-server is a link into redis-tools: both are unpacked into the same directory.
        'redis-tools': { 'redis-cli': 'usr/bin/redis-cli' },
        'redis-server': { 'redis-server': 'usr/bin/redis-server' },
      },
      prefer: 'own',
    },
  },
  {
    name: 'xfsprogs',
    tools: ['mkfs.xfs'],
    pinned: null,
    exact: false,
    oldest: '5.10.0',
    versionArgs: ['-V'],
    debian: { packages: { xfsprogs: { 'mkfs.xfs': 'sbin/mkfs.xfs' } }, prefer: 'own' },
  },
  {
    name: 'nftables',
    tools: ['nft'],
    pinned: null,
    exact: false,
    oldest: '0.9.8',
    versionArgs: ['--version'],
    debian: { packages: { nftables: { nft: 'usr/sbin/nft' } }, prefer: 'own' },
  },
  {
    // Makes the root of booted instances (local/boot).
    name: 'mmdebstrap',
    tools: ['mmdebstrap'],
    pinned: null,
    exact: false,
    oldest: '1.3.0',
    versionArgs: ['--version'],
    debian: { packages: { mmdebstrap: { mmdebstrap: 'usr/bin/mmdebstrap' } }, prefer: 'own' },
  },
  {
    // Boots them.
    name: 'systemd-container',
    tools: ['systemd-nspawn'],
    pinned: null,
    exact: false,
    oldest: '247.0',
    versionArgs: ['--version'],
    debian: { packages: { 'systemd-container': { 'systemd-nspawn': 'usr/bin/systemd-nspawn' } }, prefer: 'own' },
  },
  {
    name: 'moto',
    tools: ['moto_server'],
    pinned: moto.version,
    exact: false,
    oldest: moto.version,
    // local/ extends its CloudFormation parser from within.
    below: '5.3.0',
    versionArgs: ['-c', 'import moto, moto.server; print(moto.__version__)'],
    pypi: { package: 'moto', importCheck: 'moto.server' },
  },
  {
    // Each version of it knows other rules.
    name: 'cfn-lint',
    tools: ['cfn-lint'],
    pinned: cfnLint.version,
    exact: true,
    oldest: '1.0.0',
    versionArgs: ['--version'],
    pypi: { package: 'cfn-lint' },
  },
];

export function bundleOf(tool: ToolName): Bundle {
  // Every ToolName is in exactly one bundle; a unit test says so.
  return BUNDLES.find((bundle) => bundle.tools.includes(tool))!;
}
