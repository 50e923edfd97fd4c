/**
 * Who may import whom (`npm run walls`). Types count: what is imported as a type is depended on, too.
 * test/unit/walls.test.ts plants violations and expects each to be refused.
 */
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { path: from }, to });
const only = (name, from, allowed, comment) =>
  rule(name, comment, from, { pathNot: allowed, dependencyTypesNot: ['core'] });
/** Packages by name; a subpath counts as its package. */
const packages = (...names) => names.map((name) => `(^|/)node_modules/${name}(/|$)`);

const CORE = '^lib/core/([^/]+)/';
/** Room of lib/core → rooms that it stands on. Health of nodes is what most decisions begin with. */
const CORE_ROOMS = {
  alerts: ['failover'],
  import: ['rendering'],
  moving: ['alerts'],
  rendering: ['alerts', 'remedies'],
  smoke: ['audit', 'status'],
  status: ['alerts', 'failover', 'remedies', 'thanos', 'tsdb', 'volumes'],
  tsdb: ['failover'],
};

module.exports = {
  forbidden: [
    rule('no-cycle', 'A cycle has no first file to read: move what both need into a third.', '', { circular: true }),
    rule('no-unresolved', 'Nothing is there.', '', { couldNotResolve: true }),
    rule('not-to-test', 'Tests import the product, never the other way round.', '^(?!test/)', { path: '^test/' }),
    only(
      'contract',
      '^lib/contract/',
      ['^lib/contract/', ...packages('zod')],
      'lib/contract stands on itself (and zod).',
    ),
    rule('core-is-pure', 'No Node module in lib/core: decisions get what they need.', '^lib/core/', {
      dependencyTypes: ['core'],
    }),
    only(
      'core-packages',
      '^lib/core/',
      ['^lib/(core|contract)/', ...packages('yaml', '@prometheus-io/lezer-promql', '@lezer/(common|lr)')],
      'lib/core imports lib/core, lib/contract and pure parsers.',
    ),
    ...Object.entries(CORE_ROOMS).map(([room, others]) =>
      rule(`core-${room}`, `lib/core/${room} stands on ${others.join(', ')}.`, `^lib/core/${room}/`, {
        path: CORE,
        pathNot: [`^lib/core/(${[room, ...others].join('|')})/`],
      }),
    ),
    rule(
      'core-rooms',
      'This room of lib/core stands on lib/contract alone.',
      `^lib/core/(?!(?:${Object.keys(CORE_ROOMS).join('|')})/)([^/]+)/`,
      {
        path: CORE,
        pathNot: ['^lib/core/$1/'],
      },
    ),
    rule('shell', 'lib/shell does what lib/core decides, for whoever calls.', '^lib/shell/', {
      path: '^(bin|config|agent|exporters|lambdas|local|lib/(infra|cli))/',
    }),
    rule(
      'lambdas',
      'A function imports its own folder, lambdas/shared, lib/{contract,core,shell}.',
      '^lambdas/([^/]+)/',
      {
        path: '^(bin|config|agent|exporters|local|lambdas|lib/(infra|cli))/',
        pathNot: ['^lambdas/($1|shared)/'],
      },
    ),
    rule('agent', 'The agent imports agent and lib/{contract,core,shell}.', '^agent/', {
      path: '^(bin|config|exporters|lambdas|local|lib/(infra|cli))/',
    }),
    rule('no-cdk-in-aws', 'What runs in AWS never imports the CDK.', '^(agent|lambdas|lib/(contract|core|shell))/', {
      path: packages('aws-cdk-lib', 'constructs', 'cdk-nag', 'aws-cdk'),
    }),
    rule('infra', 'What runs at synth imports lib/{contract,core,infra}.', '^lib/infra/', {
      path: '^(bin|agent|exporters|lambdas|local|lib/(shell|cli))/',
    }),
    rule(
      'infra-rooms',
      'Stacks are made of constructs, constructs of config; not the other way round.',
      '^lib/infra/constructs/',
      {
        path: '^lib/infra/stacks/',
      },
    ),
    rule('infra-config', 'The configuration knows no construct.', '^lib/infra/config/', {
      path: '^(lib/infra/(constructs|stacks)/|.*node_modules/(aws-cdk-lib|constructs)/)',
    }),
    rule('cli', 'promha imports lib; what it knows of the local run is in lib/shell/local.', '^lib/cli/', {
      path: '^(bin|agent|exporters|lambdas|local|lib/infra/(constructs|stacks))/',
    }),
    rule('exporters', 'Exporters are packages of their own.', '^exporters/([^/]+)/', {
      path: '^(bin|config|agent|lambdas|lib|local|exporters)/',
      pathNot: ['^exporters/$1/'],
    }),
    rule('local-stays-here', 'Nothing that is deployed imports the local run.', '^(agent|bin|exporters|lambdas|lib)/', {
      path: '^local/',
    }),
    rule('local-rooms', 'Drills hurt the run; the run knows no drill.', '^local/(run|emulator|tools|workload)/', {
      path: '^local/drills/',
    }),
    rule('local-tools', 'Tools come before everything else.', '^local/tools/', {
      path: '^(agent|lambdas|local/(run|emulator|workload)|lib/(core|infra|cli))/',
    }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
