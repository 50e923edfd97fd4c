import { filesNamed } from '../../../lib/infra/config/native/paths';

const FILES = ['rules/a.yml', 'rules/b.rules', 'rules/team/c.yml', 'alerts.yml', 'sd/x.json'];

test.each([
  ['rules/*.yml', '', ['rules/a.yml']],
  ['./rules/?.yml', '', ['rules/a.yml']],
  ['/etc/prometheus/rules/*', '', ['rules/a.yml', 'rules/b.rules']],
  ['/etc/prometheus/rules/*/*.yml', '', ['rules/team/c.yml']],
  ['/srv/old/alerts.yml', '', ['alerts.yml']],
  ['rules/[a-b].*', '', ['rules/a.yml', 'rules/b.rules']],
  ['rules/[^a].*', '', ['rules/b.rules']],
  ['x.json', 'sd', ['sd/x.json']],
  ['/old/sd/x.json', 'other', ['sd/x.json']],
  ['../rules/a.yml', 'sd', ['rules/a.yml']],
  ['rules/a.yml.bak', '', []],
  ['rules/a+yml', '', []],
])('%s, named in %j, is %j', (path, dir, found) => {
  expect(filesNamed(path, dir, FILES)).toEqual(found);
});
