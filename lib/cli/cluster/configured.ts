import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../contract/errors';
import type { Cluster } from '../../infra/config/cluster';
import { loadCluster } from '../../infra/config/load';
import { ConfigurationError } from '../../infra/config/problems';

/** Of config/cluster.ts what finds the cluster in AWS. */
export interface Configured {
  readonly name: string;
  readonly region: string;
}

export const CLUSTER_FILE = join(__dirname, '../../../config/cluster.ts');
const shape = z.object({ default: z.object({ name: z.string(), region: z.string() }) });

/** All that it says. @throws UserError with the first thing that is wrong */
export function soundCluster(file: string): Cluster {
  try {
    return loadCluster(file);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UserError({ ...error.problems[0]!.problem });
  }
}

/** Which cluster config/cluster.ts is about. @throws UserError when it does not say, with the way to name one */
export function configuredCluster(file = CLUSTER_FILE): Configured {
  try {
    if (!existsSync(file)) throw new Error('no such file');
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const module: unknown = require(file);
    return shape.parse(module).default;
  } catch (error) {
    const [first] = (error as Error).message.split('\n');
    throw new UserError({
      what: 'no cluster is named, and config/cluster.ts does not say which one is meant',
      where: file,
      got: error instanceof z.ZodError ? 'no name, or no region' : first,
      expected: 'a module whose default export has a name and a region',
      fix: 'name the cluster with --cluster (and its region with AWS_REGION), or correct the file',
    });
  }
}
