import type { Bundle, ToolName } from './types';

/**
 * The one table of pinned versions for the local run. Raising one: take the sum from two independent
 * sources, then run the contract tests.
 */
export const BUNDLES: readonly Bundle[] = [
  {
    name: 'prometheus',
    tools: ['prometheus', 'promtool'],
    pinned: '3.13.2',
    minimum: '3.5.0',
    oldest: '2.42.0',
    versionArgs: ['--version'],
    release: {
      url: 'https://github.com/prometheus/prometheus/releases/download/v3.13.2/prometheus-3.13.2.linux-{arch}.tar.gz',
      sha256: {
        amd64: '0e8c4d46101bd025ea8265e377d2caabc57f488fc1be1c367f37db69ea41be6f',
        arm64: '7cecb17a6f41d59814e1a0581a1f81f79051ad5973d1ecf39e23a9f747d6572a',
      },
    },
    debian: {
      packages: {
        prometheus: { prometheus: 'usr/bin/prometheus', promtool: 'usr/bin/promtool' },
        promtool: { promtool: 'usr/bin/promtool' },
      },
      prefer: 'newest',
    },
    go: {
      module: 'github.com/prometheus/prometheus',
      version: 'v0.313.2',
      commands: { prometheus: 'cmd/prometheus', promtool: 'cmd/promtool' },
      replace: { 'cloud.google.com/go': 'cloud.google.com/go v0.123.0' },
      ldflags: '-X github.com/prometheus/common/version.Version=3.13.2',
    },
  },
  {
    name: 'alertmanager',
    tools: ['alertmanager', 'amtool'],
    pinned: '0.34.1',
    minimum: '0.28.0',
    oldest: '0.25.0',
    versionArgs: ['--version'],
    release: {
      url: 'https://github.com/prometheus/alertmanager/releases/download/v0.34.1/alertmanager-0.34.1.linux-{arch}.tar.gz',
      sha256: {
        amd64: '265b9d1e55ef0d5306a436018af6d2b686c2ce051f03d968f7464ecb1372a7e8',
        arm64: 'd98d6cbaf52151c7e76e24355fec88b11cebcb9875d4cdd8b76ddce7a7e5535c',
      },
    },
    debian: {
      packages: {
        'prometheus-alertmanager': { alertmanager: 'usr/bin/prometheus-alertmanager', amtool: 'usr/bin/amtool' },
      },
      prefer: 'newest',
      compiledInDirectory: { tool: 'alertmanager', directory: '/usr/share/prometheus/alertmanager' },
    },
    go: {
      module: 'github.com/prometheus/alertmanager',
      // From 0.32 on the module lacks its built UI and does not compile.
      version: 'v0.31.1',
      commands: { alertmanager: 'cmd/alertmanager', amtool: 'cmd/amtool' },
      replace: {},
      ldflags: '-X github.com/prometheus/common/version.Version=0.31.1',
    },
  },
  {
    name: 'redis_exporter',
    tools: ['redis_exporter'],
    pinned: '1.80.1',
    minimum: '1.45.0',
    oldest: '1.45.0',
    versionArgs: ['--version'],
    release: {
      url: 'https://github.com/oliver006/redis_exporter/releases/download/v1.80.1/redis_exporter-v1.80.1.linux-{arch}.tar.gz',
      sha256: {
        amd64: '1818cc2cbd3bac62a6f43054a2cc1596fc5f6148ce80112a6308bc3cad6d81fa',
        arm64: 'a807907d413edb1c0aa88513e7c1570c302873bd1cfcbf36fb53a14629177882',
      },
    },
    debian: {
      packages: { 'prometheus-redis-exporter': { redis_exporter: 'usr/bin/prometheus-redis-exporter' } },
      prefer: 'newest',
    },
    go: {
      module: 'github.com/oliver006/redis_exporter',
      version: 'v1.80.1',
      commands: { redis_exporter: '' },
      replace: {},
      ldflags: '-X main.BuildVersion=v1.80.1',
    },
  },
  {
    name: 'thanos',
    tools: ['thanos'],
    pinned: '0.42.4',
    minimum: '0.42.0',
    oldest: '0.42.0',
    versionArgs: ['--version'],
    // No release: no two independent sources confirm the sums of its tarballs.
    go: {
      module: 'github.com/thanos-io/thanos',
      version: 'v0.42.4',
      commands: { thanos: 'cmd/thanos' },
      replace: {},
      ldflags: '-s -w -X github.com/prometheus/common/version.Version=0.42.4',
      inPlace: {
        sum: 'h1:Cs7iARVNKcgewjzAfpoFnscgfNi+XN8slcyW5e0ozWs=',
        // As its own releases are built. Without slicelabels its gRPC panics at the first series.
        tags: 'netgo,slicelabels',
      },
    },
  },
  {
    name: 'haproxy',
    tools: ['haproxy'],
    pinned: null,
    minimum: '2.4.0',
    oldest: '2.4.0',
    versionArgs: ['-v'],
    debian: { packages: { haproxy: { haproxy: 'usr/sbin/haproxy' } }, prefer: 'own' },
  },
  {
    name: 'redis',
    tools: ['redis-server', 'redis-cli'],
    pinned: null,
    minimum: '6.2.0',
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
    minimum: '5.10.0',
    oldest: '5.10.0',
    versionArgs: ['-V'],
    debian: { packages: { xfsprogs: { 'mkfs.xfs': 'sbin/mkfs.xfs' } }, prefer: 'own' },
  },
  {
    name: 'moto',
    tools: ['moto_server'],
    pinned: '5.2.1',
    minimum: '5.2.1',
    oldest: '5.2.1',
    // local/ extends its CloudFormation parser from within.
    below: '5.3.0',
    versionArgs: ['-c', 'import moto, moto.server; print(moto.__version__)'],
    pypi: { requirement: 'moto[server,all]==5.2.1', importCheck: 'moto.server' },
  },
  {
    name: 'cfn-lint',
    tools: ['cfn-lint'],
    pinned: null,
    minimum: '1.0.0',
    oldest: '1.0.0',
    versionArgs: ['--version'],
    pypi: { requirement: 'cfn-lint' },
  },
];

export function bundleOf(tool: ToolName): Bundle {
  // Every ToolName is in exactly one bundle; a unit test says so.
  return BUNDLES.find((bundle) => bundle.tools.includes(tool))!;
}
