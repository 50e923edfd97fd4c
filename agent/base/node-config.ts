import { readFileSync } from 'node:fs';
import { NODE_CONFIG, type NodeConfig } from '../../lib/contract/documents/node-config';
import { parsePolicy } from '../../lib/contract/policy-relations';

/** Reads what user data wrote. @throws UserError naming the field that is missing */
export function readNodeConfig(path: string): NodeConfig {
  const config = NODE_CONFIG.parse(readFileSync(path, 'utf8'), path);
  parsePolicy(JSON.stringify(config.policy), path);
  return config;
}
