import { readFileSync } from 'node:fs';
import { UserError } from '../../lib/contract/errors';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { parsePolicy } from '../../lib/contract/policy-relations';

/** Reads what user data wrote. @throws UserError naming the field that is missing */
export function readNodeConfig(path: string): NodeConfig {
  const config = JSON.parse(readFileSync(path, 'utf8')) as NodeConfig;
  const wrong = (what: string, got: unknown, expected: string): UserError =>
    new UserError({
      what,
      where: path,
      got: JSON.stringify(got),
      expected,
      fix: 'deploy again: user data writes this file',
    });
  if (config.version !== 1) throw wrong('the version of node.json is unknown', config.version, '1');
  for (const field of ['cluster', 'node', 'region', 'controlBucket'] as const) {
    if (typeof config[field] !== 'string' || config[field] === '')
      throw wrong(`${field} is missing`, config[field], 'a name');
  }
  parsePolicy(JSON.stringify(config.policy));
  return config;
}
