import { parse } from 'yaml';
import { fillYaml, hasPair } from '../../../../../lib/core/rendering/secrets/fill';
import { intoFiles } from '../../../../../lib/core/rendering/secrets/into-files';
import { NEEDS_FILE, withSecretFiles } from '../../../../../lib/core/rendering/secrets/of-bundle';
import { withStandIns } from '../../../../../lib/core/rendering/secrets/stand-ins';
import { usersOf } from '../../../../../lib/core/rendering/secrets/uses';
import { renderFiles } from '../../../../../lib/core/rendering/render';
import { RENDER_INPUT } from '../../../../fixtures/render-input';

const NAMES = ['USER', 'PASS', 'TOKEN', 'slack-url', 'KEY', '1.5'];
const inPrometheus = (text: string) => intoFiles(text, 'prometheus', NAMES, '/run/s');
const inAlertmanager = (text: string) => intoFiles(text, 'alertmanager', NAMES, '/run/s');
const receivers = (text: string): unknown =>
  (parse(inAlertmanager(`receivers: [{ name: a, ${text} }]`).text) as { receivers: object[] }).receivers[0];

describe('what a program reads from a file', () => {
  test('a whole value becomes the file of that secret, at the key that the program has for files', () => {
    const { text, texts, isLeft } = inPrometheus(
      'scrape_configs:\n- job_name: a\n  basic_auth:\n    username: "${USER}"\n    password: ${PASS}\n  tls_config: { key: "${KEY}", cert_file: c.pem }\n',
    );
    expect(parse(text)).toEqual({
      scrape_configs: [
        {
          job_name: 'a',
          basic_auth: { username_file: '/run/s/USER', password_file: '/run/s/PASS' },
          tls_config: { key_file: '/run/s/KEY', cert_file: 'c.pem' },
        },
      ],
    });
    expect([texts, isLeft]).toEqual([{}, false]);
  });

  test('a text with secrets in it becomes a file that is put together, and another text another file', () => {
    const one = inAlertmanager('global: { slack_api_url: "https://hooks.example/${TOKEN}/x" }');
    const other = inAlertmanager('global: { slack_api_url: "https://hooks.example/${TOKEN}/y" }');
    const [file] = Object.keys(one.texts);
    expect(one.texts).toEqual({ [file!]: 'https://hooks.example/${TOKEN}/x' });
    expect(parse(one.text)).toEqual({ global: { slack_api_url_file: `/run/s/${file}` } });
    expect(Object.keys(other.texts)).not.toEqual([file]);
    expect(one.isLeft).toBe(false);
  });

  test('by its receiver: the same key is a file of one and none of another', () => {
    expect(receivers('slack_configs: [{ api_url: "${slack-url}" }]')).toEqual({
      name: 'a',
      slack_configs: [{ api_url_file: '/run/s/slack-url' }],
    });
    const victorops = inAlertmanager(
      'receivers: [{ name: a, victorops_configs: [{ api_url: "https://x/${TOKEN}" }] }]',
    );
    expect(victorops.isLeft).toBe(true);
    expect(victorops.text).toContain('${TOKEN}');
  });

  test('by its program: each has files of its own', () => {
    const text = 'scrape_configs: [{ job_name: a, marathon_sd_configs: [{ auth_token: "${TOKEN}" }] }]';
    expect([inPrometheus(text).isLeft, inAlertmanager(text).isLeft]).toEqual([false, true]);
  });

  test('secrets of a header move to its files', () => {
    const { text } = inPrometheus(
      'scrape_configs: [{ job_name: a, http_headers: { X-Key: { secrets: ["${TOKEN}", other] } } }]',
    );
    expect(parse(text)).toEqual({
      scrape_configs: [{ job_name: 'a', http_headers: { 'X-Key': { files: ['/run/s/TOKEN'], secrets: ['other'] } } }],
    });
  });

  test('a file of the old machine that is named as a secret is that secret, wherever it lay', () => {
    const { text } = inPrometheus(
      'scrape_configs: [{ job_name: a, authorization: { credentials_file: /run/secrets/TOKEN }, tls_config: { ca_file: ca.pem } }]',
    );
    expect(text).toContain('credentials_file: "/run/s/TOKEN"');
    expect(text).toContain('ca_file: ca.pem');
  });

  test('relabeling, names that nobody declared and files without secrets stay, byte for byte', () => {
    const text =
      '# comment\nscrape_configs:\n- job_name: a\n  relabel_configs: [{ regex: "(?P<TOKEN>.*)", replacement: "${TOKEN}-${1}" }]\n  authorization: { credentials: "${OTHER}" }\n';
    expect(inPrometheus(text)).toEqual({ text, texts: {}, isLeft: false });
    expect(intoFiles(text, 'prometheus', [], '/run/s').text).toBe(text);
  });
});

describe('where a value has to stand', () => {
  const fill = (text: string, values: Record<string, string>): unknown =>
    parse(
      fillYaml(text, NAMES, (name) => values[name]),
      { schema: 'core' },
    );

  test('it is no other YAML than a text, whatever is in it; a number may be one', () => {
    expect(fill('a: ${TOKEN}\nb: ${PASS}\nc: "${KEY}"', { TOKEN: 'x: y\n"#', PASS: '15', KEY: '15' })).toEqual({
      a: 'x: y\n"#',
      b: 15,
      c: '15',
    });
    expect(fill('a: ${TOKEN}', { TOKEN: '{a: [' })).toEqual({ a: '{a: [' });
  });

  test('a value that looks like a placeholder is not filled in again', () => {
    expect(fill('a: x${TOKEN}', { TOKEN: '${PASS}', PASS: 'secret' })).toEqual({ a: 'x${PASS}' });
  });

  test('for one that is missing something of its form stands there, and the rest has its values', () => {
    expect(fill('url: ${TOKEN}\nkey: x${PASS}\nother: ${KEY}', { KEY: 'k' })).toEqual({
      url: 'http://secret-missing.invalid/',
      key: 'xsecret-missing',
      other: 'k',
    });
  });

  test('of a certificate whose key is missing both are left out', () => {
    const text = 'a: { tls_config: { cert_file: c.pem, key_file: "/run/s/KEY", server_name: x } }';
    expect(hasPair(text, NAMES)).toBe(true);
    expect(hasPair('a: { tls_config: { cert_file: c.pem } }', NAMES)).toBe(false);
    expect(fill(text, {})).toEqual({ a: { tls_config: { server_name: 'x' } } });
    expect(fill(text, { KEY: 'k' })).toEqual(parse(text));
  });
});

test('for the programs at synth each line stays where it is', () => {
  const isDeclared = (name: string): boolean => NAMES.includes(name);
  const text = 'url: ${TOKEN} # x\n- chat_id: "${KEY}"\nurl: http://x/${PASS}\nother: ${OTHER}\n';
  expect(withStandIns(text, isDeclared)).toBe(
    'url: http://secret-missing.invalid/ # x\n- chat_id: "1"\nurl: http://x/secret-missing\nother: ${OTHER}\n',
  );
});

test('who uses a secret is named as people name it', () => {
  const needs = { declared: { PASS: { parameter: 'p' }, TOKEN: { parameter: 't' } }, texts: { 'text-1': 'x${TOKEN}' } };
  const files: Record<string, string> = {
    'prometheus.yml':
      'scrape_configs: [{ job_name: engine, basic_auth: { password_file: /run/s/PASS } }]\nremote_write: [{ url: x, params: "${PASS}" }]',
    'alertmanager.yml':
      'global: { slack_api_url_file: /run/s/text-1 }\nreceivers: [{ name: pager, webhook_configs: [{ url_file: /run/s/text-1 }] }]',
  };
  expect(Object.fromEntries(usersOf(needs, (file) => files[file]!))).toEqual({
    PASS: ['job engine', 'remote_write 1'],
    TOKEN: ['global of alertmanager.yml', 'receiver pager'],
  });
});

describe('a bundle', () => {
  const secrets = { TOKEN: { secretsManager: 'prod/token' }, PASS: { parameter: '/pass' } };
  const alertmanager =
    'route: { receiver: a }\nreceivers: [{ name: a, webhook_configs: [{ url: "http://x/${TOKEN}", http_config: { proxy_url: "http://${PASS}" } }] }]';
  const prometheus = 'scrape_configs: [{ job_name: a, basic_auth: { username: u, password: "${PASS}" } }]';
  const bundle = { ...RENDER_INPUT.bundle, prometheus, alertmanager, secrets };

  test('is rendered with files, and says what they are put together of and what has to be filled in', () => {
    const files = renderFiles({ ...RENDER_INPUT, bundle, secretFiles: '/run/s' });
    expect(files['prometheus.yml']).toContain('password_file: "/run/s/PASS"');
    const needs = JSON.parse(files[NEEDS_FILE]!) as { texts: Record<string, string>; filled: string[] };
    expect(needs).toMatchObject({ declared: secrets, filled: ['alertmanager.yml'] });
    expect(Object.values(needs.texts)).toEqual(['http://x/${TOKEN}']);
  });

  test('without secrets is rendered as before', () => {
    const without = { ...RENDER_INPUT.bundle, prometheus, alertmanager };
    expect(withSecretFiles(without, '/run/s')).toEqual({ bundle: without, needs: null });
    expect(renderFiles({ ...RENDER_INPUT, bundle: without })).not.toHaveProperty([NEEDS_FILE]);
  });
});
