import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Judge, kindOf } from '../../../../local/corpus/judge';
import { fateOf, isWrong, renderCorpus, type CorpusFile } from '../../../../local/corpus/verdicts';

const judged = (over: Partial<CorpusFile>): CorpusFile => ({
  file: 'a.yml',
  kind: 'prometheus',
  tool: null,
  problems: [],
  crashed: null,
  ...over,
});
const problem = (what: string): CorpusFile['problems'][number] => ({ what, line: `a.yml:1:1: ${what}` });

test('a file is told by its keys', () => {
  expect(kindOf('global: {}\nroute: {}\n')).toBe('alertmanager');
  expect(kindOf('global: {}\nscrape_configs: []\n')).toBe('prometheus');
  expect(kindOf('apiVersion: v1\nglobal: {}\n')).toBeNull();
  expect(kindOf('version: "3"\nservices: {}\n')).toBeNull();
});

test('a refusal is stated only if all of it is', () => {
  expect(fateOf(judged({ problems: [problem('a secret stands in clear: password')] }))).toBe('for a stated reason');
  expect(fateOf(judged({ problems: [problem('a secret stands in clear, in a URL'), problem('x')] }))).toBe(
    'for another reason',
  );
  expect(fateOf(judged({ crashed: 'boom' }))).toBe('crashed');
});

test('what Prometheus takes and we refuse, what it refuses and we take, and every crash is wrong', () => {
  const bad = problem('x');
  const cases = [
    judged({}),
    judged({ problems: [bad] }),
    judged({ tool: 'no' }),
    judged({ tool: 'no', problems: [bad] }),
  ];
  expect(cases.map(isWrong)).toEqual([false, true, true, false]);
  expect(isWrong(judged({ tool: 'no', crashed: 'boom' }))).toBe(true);
  const table = renderCorpus([...cases, judged({ crashed: 'boom' })]);
  expect(table).toMatch(/prometheus\.yml that the tools take +3 +1 +0 +1 +1\n/);
  expect(table).toMatch(/prometheus\.yml that the tools refuse +2 +1 +0 +1 +0\n/);
  expect(table).toMatch(/a\.yml: a\.yml:1:1: x\na\.yml: accepted, and the tool says: no\na\.yml: crashed: boom$/);
});

test('the whole check is asked, about one file at a time', () => {
  const dir = mkdtempSync(join(tmpdir(), 'promha-corpus-test-'));
  const judge = new Judge(false);
  const fate = (text: string): string => {
    writeFileSync(join(dir, 'f.yml'), text);
    return fateOf(judge.judge(join(dir, 'f.yml'), 'f.yml')!);
  };
  try {
    expect(
      fate(
        'rule_files: [/etc/prometheus/alerts.yml]\nscrape_configs: [{ job_name: a, consul_sd_configs: [{ server: "c:8500" }] }]\n',
      ),
    ).toBe('accepted');
    expect(fate('scrape_configs: [{ job_name: a, basic_auth: { username: u, password: p } }]\n')).toBe(
      'for a stated reason',
    );
    expect(fate('scrape_configs: { a: 1 }\n')).toBe('for another reason');
    expect(fate('route: { receiver: a }\nreceivers: [{ name: a }]\n')).toBe('accepted');
  } finally {
    judge.end();
    rmSync(dir, { recursive: true });
  }
}, 120_000);
