import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { FILE_KEYS, type SecretReader } from '../../../lib/core/rendering/secrets/file-keys';
import { intoFiles } from '../../../lib/core/rendering/secrets/into-files';
import { resolveTools } from '../../../local/tools';

const dir = mkdtempSync(join(tmpdir(), 'promha-secret-files-'));
afterAll(() => rmSync(dir, { recursive: true }));

const HTTP = ['basic_auth', 'authorization', 'oauth2', 'tls_config'];
/** A configuration with a secret at one key, wherever its map stands. */
function configWith(reader: SecretReader, map: string, key: string): object {
  const value = { [key]: '${TOKEN}' };
  if (reader === 'prometheus') {
    const job = HTTP.includes(map) ? { [map]: value } : { [map]: [value] };
    return { scrape_configs: [{ job_name: 'a', ...job }] };
  }
  const route = { receiver: 'a' };
  if (map === 'global') return { global: value, route, receivers: [{ name: 'a' }] };
  const receiver = HTTP.includes(map)
    ? { webhook_configs: [{ url: 'http://x', http_config: { [map]: value } }] }
    : { [map]: [value] };
  return { route, receivers: [{ name: 'a', ...receiver }] };
}

/** What the program says of it; another key that is missing does not matter here. */
async function said(reader: SecretReader, text: string): Promise<string> {
  const { promtool, amtool } = await resolveTools(['promtool', 'amtool']);
  const file = join(dir, `${reader}.yml`);
  writeFileSync(file, text);
  const [tool, args] =
    reader === 'prometheus'
      ? ([promtool, ['check', 'config', '--syntax-only', file]] as const)
      : ([amtool, ['check-config', file]] as const);
  try {
    return execFileSync(tool.path, [...args], { env: { ...process.env, ...tool.env }, stdio: 'pipe' }).toString();
  } catch (error) {
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
    return `${stdout.toString()}${stderr.toString()}`;
  }
}

const ALL = (Object.keys(FILE_KEYS) as SecretReader[]).flatMap((reader) =>
  Object.entries(FILE_KEYS[reader]).flatMap(([map, keys]) => keys.map((key) => [reader, map, key] as const)),
);

test.each(ALL)('%s: %s has a file for %s', async (reader, map, key) => {
  const { text, isLeft } = intoFiles(stringify(configWith(reader, map, key)), reader, ['TOKEN'], '/run/s');
  expect(isLeft).toBe(false);
  expect(text).toContain(`${key}_file: "/run/s/TOKEN"`);
  expect(await said(reader, text)).not.toMatch(/not found in type/);
});

test('a key without a file is told by the same programs', async () => {
  const text = 'route: { receiver: a }\nreceivers: [{ name: a, victorops_configs: [{ api_url_file: x }] }]\n';
  expect(await said('alertmanager', text)).toMatch(/api_url_file not found in type/);
});
