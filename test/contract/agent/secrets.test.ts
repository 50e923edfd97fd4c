import { once } from 'node:events';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { ConfigBundle } from '../../../lib/contract/documents/config';
import { secretsKeyAlias } from '../../../lib/contract/documents/secrets';
import { putSecrets } from '../../../local/run/deploy/local-secrets';
import { TestCluster, type TestNode } from './agent-cluster';
import { eventually } from './agent-tools';

jest.setTimeout(150_000);

const FIRST = {
  PASSWORD: 'pass/word+1 planted',
  HOOK: 'hook-1-planted',
  PARAM: 'param-1-planted',
  REST: 'rest-1-planted',
};
const SECOND = {
  PASSWORD: 'pass/word+2 planted',
  HOOK: 'hook-2-planted',
  PARAM: 'param-2-planted',
  REST: 'rest-2-planted',
};
const secrets = {
  PASSWORD: { secretsManager: 'test/engine', jsonKey: 'password' },
  HOOK: { secretsManager: 'test/hook' },
  PARAM: { parameter: '/test/param' },
  REST: { parameter: '/test/rest' },
};

/** A target that wants a password and a parameter, and a receiver whose path is a secret. */
class Outside {
  readonly scrapes: { readonly at: number; readonly password: string; readonly param: string | null }[] = [];
  readonly pages: string[] = [];
  readonly server: Server;

  constructor() {
    this.server = createServer((incoming, response) => {
      const url = new URL(incoming.url!, 'http://x');
      if (incoming.method === 'POST') {
        this.pages.push(url.pathname);
        return void response.end();
      }
      const [, basic = ''] = (incoming.headers.authorization ?? '').split(' ');
      const [, password = ''] = Buffer.from(basic, 'base64').toString().split(':');
      this.scrapes.push({ at: Date.now(), password, param: url.searchParams.get('token') });
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end('planted_up 1\n');
    }).listen(0, '127.0.0.1');
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  last(): (typeof this.scrapes)[number] | undefined {
    return this.scrapes.at(-1);
  }
}

/** Secrets Manager, Systems Manager and KMS, which can be away while S3 is there. */
class Gateway {
  away: readonly string[] = [];
  readonly server: Server;

  constructor() {
    this.server = createServer((incoming, response) => {
      const service = /\/aws4_request|Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(
        incoming.headers.authorization ?? '',
      )?.[1];
      if (this.away.includes(service ?? '')) return void incoming.socket.destroy();
      const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL!);
      const { method, url, headers } = incoming;
      const onward = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      incoming.pipe(onward);
    }).listen(0, '127.0.0.1');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

const bundle = (host: string, pagerUrl: string): ConfigBundle => ({
  version: 1,
  global: { scrapeInterval: '1s', evaluationInterval: '1s' },
  externalLabels: {},
  rules: { 'test.yml': 'groups: [{ name: t, rules: [{ alert: Always, expr: vector(1) }] }]\n' },
  targets: {},
  prometheus: `
global: { scrape_interval: 1s, evaluation_interval: 1s }
scrape_configs:
- job_name: engine
  basic_auth: { username: u, password: "\${PASSWORD}" }
  params: { token: ["\${PARAM}"] }
  static_configs: [{ targets: ['${host}'] }]
`,
  alertmanager: `
route: { receiver: pager, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 2s }
receivers:
- name: pager
  webhook_configs: [{ url: "http://${host}/\${HOOK}" }]
- name: rest
  webhook_configs: [{ url_file: /etc/alertmanager/REST }]
- name: open
  webhook_configs: [{ url: '${pagerUrl}' }]
`.replace(
    'repeat_interval: 2s }',
    `repeat_interval: 2s, routes: [{ receiver: open, continue: true }, { receiver: rest, continue: true }, { receiver: pager }] }`,
  ),
  secrets,
});

describe('secrets of a node', () => {
  const cluster = new TestCluster('127.88.9');
  const outside = new Outside();
  const gateway = new Gateway();
  let node: TestNode;

  const put = (values: Readonly<Record<string, string>>): Promise<void> =>
    putSecrets(secrets, values, { endpoint: process.env.AWS_ENDPOINT_URL!, region: 'eu-west-1' });
  const ofSecrets = ['secretsmanager', 'ssm'];
  const prometheusPid = async (): Promise<number | null> => (await node.status()).prometheus.pid;
  const boot = async (): Promise<void> => {
    await node.kill('SIGINT');
    rmSync(node.memory, { recursive: true, force: true });
    outside.pages.length = 0;
    cluster.pages.length = 0;
    node.start();
  };

  beforeAll(async () => {
    for (const { server } of [outside, gateway]) if (!server.listening) await once(server, 'listening');
    for (const service of ['SECRETS_MANAGER', 'SSM', 'KMS']) process.env[`AWS_ENDPOINT_URL_${service}`] = gateway.url;
    await cluster.start((pagerUrl) => bundle(outside.host, pagerUrl), 1);
    [node] = cluster.nodes as [TestNode];
    const kms = new KMSClient({ endpoint: process.env.AWS_ENDPOINT_URL! });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new CreateAliasCommand({ AliasName: secretsKeyAlias('test', 0), TargetKeyId: KeyMetadata!.KeyId }));
    await put(FIRST);
    await cluster.isHealthy(node);
    await cluster.assign('node-1', 1);
  });

  afterAll(async () => {
    await cluster.stop();
    for (const { server } of [outside, gateway]) {
      server.closeAllConnections();
      server.close();
    }
    for (const service of ['SECRETS_MANAGER', 'SSM', 'KMS']) delete process.env[`AWS_ENDPOINT_URL_${service}`];
    if (process.env.PROMHA_TEST_VERBOSE) process.stderr.write(`${node.log()}\n`);
  });

  it('scrapes and notifies with values that came after the start', async () => {
    await eventually(
      'a scrape',
      () => outside.last()?.password === FIRST.PASSWORD && outside.last()?.param === FIRST.PARAM,
    );
    await eventually('a page', () => outside.pages.includes(`/${FIRST.HOOK}`));
    const { secrets: said } = await eventually('the copy', async () => {
      const status = await node.status();
      return (status.secrets?.copiedAt ?? null) !== null && status;
    });
    expect(said).toMatchObject({ declared: 4, missing: [], notRenewed: [], copyProblem: null });
  });

  it('uses a new value within 60 s, without a restart, a scrape that is missed, or one that fails', async () => {
    const pid = await prometheusPid();
    const from = Date.now();
    await put(SECOND);
    await eventually(
      'both',
      () => outside.last()?.password === SECOND.PASSWORD && outside.last()?.param === SECOND.PARAM,
      60_000,
    );
    await eventually('the page', () => outside.pages.includes(`/${SECOND.HOOK}`), 60_000 - (Date.now() - from));
    expect(await prometheusPid()).toBe(pid);
    const during = outside.scrapes.filter(({ at }) => at >= from);
    expect(Math.max(...during.slice(1).map(({ at }, i) => at - during[i]!.at))).toBeLessThan(2_000);
    await eventually('the copy of it', async () => Date.parse((await node.status()).secrets!.copiedAt!) > from);
  });

  it('leaves no value on a disk, in a log, in the status, in S3, or in what a process was started with', async () => {
    const places = new Map<string, string>();
    const walk = (dir: string): void => {
      for (const name of readdirSync(dir, { recursive: true }) as string[]) {
        const path = join(dir, name);
        if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) places.set(path, readFileSync(path, 'latin1'));
      }
    };
    walk(node.dir);
    places.set('the log', node.log());
    const { address } = node;
    for (const url of [
      `http://${address}:9099/v1/status`,
      `http://${address}:9099/metrics`,
      `http://${address}:9193/api/v2/status`,
    ])
      places.set(url, await (await fetch(url)).text());
    for (const program of ['prometheus', 'alertmanager']) {
      for (const file of ['environ', 'cmdline'])
        places.set(`${file} of ${program}`, readFileSync(`/proc/${node.pidOf(program)}/${file}`, 'latin1'));
    }
    const s3 = new S3Client({ endpoint: process.env.AWS_ENDPOINT_URL!, forcePathStyle: true });
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'control' }));
    for (const { Key } of Contents!)
      places.set(
        `s3 ${Key}`,
        await (await s3.send(new GetObjectCommand({ Bucket: 'control', Key }))).Body!.transformToString(),
      );
    const forms = [...Object.values(FIRST), ...Object.values(SECOND)].flatMap((value) => [
      value,
      encodeURIComponent(value),
      JSON.stringify(value).slice(1, -1),
      Buffer.from(value).toString('base64').replace(/.?=*$/, ''),
      Buffer.from(`u:${value}`).toString('base64').replace(/.?=*$/, ''),
    ]);
    expect(places.size).toBeGreaterThan(20);
    const found = [...places].flatMap(([place, text]) =>
      forms.filter((form) => text.includes(form)).map((form) => [place, form]),
    );
    expect(found).toEqual([]);
    // The search finds what there is: the place in memory has them, for the owner alone.
    walk(node.memory);
    expect(forms.some((form) => [...places.values()].some((text) => text.includes(form)))).toBe(true);
    for (const [path] of [...places].filter(([one]) => one.startsWith(node.memory)))
      expect(lstatSync(path).mode & 0o077).toBe(0);
    expect(lstatSync(node.memory).mode & 0o077).toBe(0);
  });

  it('boots without the services that keep secrets: from its copy', async () => {
    gateway.away = ofSecrets;
    await boot();
    const from = Date.now();
    await eventually(
      'a scrape',
      () => outside.last()!.at > from && outside.last()!.password === SECOND.PASSWORD,
      60_000,
    );
    await eventually('a page', () => outside.pages.includes(`/${SECOND.HOOK}`), 60_000);
    const { secrets: said } = await node.status();
    expect(said!.missing).toEqual([]);
    expect(said!.notRenewed.map(({ name }) => name)).toEqual(Object.keys(secrets));
  });

  it('boots without them and without a copy, and names who lacks what: the others work', async () => {
    rmSync(join(node.dir, 'data', 'secrets'), { recursive: true });
    await boot();
    await eventually('the page of another receiver', () => cluster.pages.length > 0, 60_000);
    const { secrets: said } = await node.status();
    expect(said!.missing.map(({ name, usedBy }) => [name, usedBy])).toEqual([
      ['PASSWORD', ['job engine']],
      ['HOOK', ['receiver pager']],
      ['PARAM', ['job engine']],
      ['REST', ['receiver rest']],
    ]);
    expect(await (await fetch(`http://${node.address}:9099/metrics`)).text()).toContain(
      'prometheus_ha_agent_secrets_missing 4',
    );
    expect(node.lines.some(({ event }) => event === 'secrets-missing')).toBe(true);
    gateway.away = [];
    await eventually(
      'the scrape that it owes',
      () => outside.last()!.password === SECOND.PASSWORD && outside.last()!.param === SECOND.PARAM,
      60_000,
    );
    await eventually('the page that it owes', () => outside.pages.includes(`/${SECOND.HOOK}`), 60_000);
    expect(existsSync(join(node.dir, 'data', 'secrets', 'last-good.json'))).toBe(true);
  });
});
