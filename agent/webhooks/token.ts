import { randomBytes } from 'node:crypto';
import { give, readIfExists, writeAtomically, type Owner } from '../base/files';

const TOKEN = /^[0-9a-f]{64}$/;

/** The token of this node's webhooks, made once and readable by `owner` alone: Alertmanager has to. */
export function webhookToken(file: string, owner: Owner): string {
  const kept = readIfExists(file)?.trim() ?? '';
  const token = TOKEN.test(kept) ? kept : randomBytes(32).toString('hex');
  if (token !== kept) writeAtomically(file, `${token}\n`, owner);
  give(file, owner);
  return token;
}
