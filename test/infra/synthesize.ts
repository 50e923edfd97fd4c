import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CloudFormationValidatePlugin, Validations, type IPolicyValidationPlugin } from 'aws-cdk-lib';
import { readFileSync } from 'node:fs';
import { loadConfiguration } from '../../lib/infra/config/load';
import type { ConfigBundle } from '../../lib/contract/documents/config';
import type { Cluster } from '../../lib/infra/config/cluster';
import { addCluster } from '../../lib/infra/stacks/cluster-app';
import { FIXTURE_CONFIG, ROOT } from '../fixtures/config-dir';

export interface Resource {
  readonly Type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly Properties: Record<string, any>;
  readonly [key: string]: unknown;
}
export interface Synthesized {
  readonly app: App;
  readonly dir: string;
  readonly cluster: Cluster;
  /** Stack → logical id → resource. */
  readonly stacks: Readonly<Record<string, Readonly<Record<string, Resource>>>>;
  /** Stack → its outputs. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What a user's synth asks about the templates. */
  readonly validators: readonly IPolicyValidationPlugin[];
  all(type: string): (Resource & { readonly id: string })[];
}

const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };

/** What `cdk synth` makes of the tests' configuration (or other rules and targets), without starting the CLI. */
export function synthesize(configDir = FIXTURE_CONFIG, change: (cluster: Cluster) => Cluster = (c) => c): Synthesized {
  const { cluster, bundle } = loadConfiguration(join(FIXTURE_CONFIG, 'cluster.ts'), configDir);
  return assemble(change(cluster), bundle);
}

/** Nobody here reads where in our code each resource was made. */
const QUICK = { 'aws:cdk:disable-creation-stack-traces': true };

/** The CDK has one for all synths of a process, as here: it takes longer to start than it takes for a cluster. */
const OF_THE_CDK = new CloudFormationValidatePlugin();

/**
 * The cloud assembly of a cluster, in a directory of its own. `more`: what `-c` says.
 * What a user's synth asks about it is most of the work, and only asked by the rule that says so (template-rules.ts).
 */
export function assemble(cluster: Cluster, bundle: ConfigBundle, more: Record<string, string> = {}): Synthesized {
  const dir = mkdtempSync(join(tmpdir(), 'promha-synth-'));
  const app = new App({
    outdir: dir,
    context: { ...context, ...QUICK, ...more },
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  const validators: IPolicyValidationPlugin[] = [OF_THE_CDK];
  const adding = jest
    .spyOn(Validations.prototype, 'addPlugins')
    .mockImplementation((...plugins) => void validators.push(...plugins));
  addCluster(app, cluster, bundle, ROOT);
  adding.mockRestore();
  const assembly = app.synth();
  const stacks = Object.fromEntries(
    assembly.stacks.map((stack) => [stack.id, (stack.template as { Resources: Record<string, Resource> }).Resources]),
  );
  return {
    app,
    dir,
    cluster,
    stacks,
    validators,
    outputs: Object.fromEntries(
      assembly.stacks.map((stack) => [stack.id, (stack.template as { Outputs?: unknown }).Outputs]),
    ),
    all: (type) =>
      Object.values(stacks).flatMap((resources) =>
        Object.entries(resources)
          .filter(([, resource]) => resource.Type === type)
          .map(([id, resource]) => ({ ...resource, id })),
      ),
  };
}
