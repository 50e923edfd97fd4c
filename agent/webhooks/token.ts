import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { readIfExists, writeAtomically } from '../base/files';

const TOKEN = /^[0-9a-f]{64}$/;

/** The token of this node's webhooks, made once and readable by nobody else: Alertmanager, a child of ours, reads it. */
export function webhookToken(file: string): string {
  const kept = readIfExists(file)?.trim() ?? '';
  const token = TOKEN.test(kept) ? kept : randomBytes(32).toString('hex');
  if (token !== kept) writeAtomically(file, `${token}\n`, 0o600);
  chmodSync(file, 0o600);
  return token;
}
