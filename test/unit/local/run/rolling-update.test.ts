import { RollingUpdate } from '../../../../local/run/deploy/rolling-update';
import type { DeployedInstance, Instance } from '../../../../local/run/hosts/instance';

/** Two nodes whose machines only boot from version 1 of their launch templates. */
function world() {
  const template = { a: 1, b: 1 };
  let made = 0;
  const replaced: string[] = [];
  const deployed = (): DeployedInstance[] =>
    (['a', 'b'] as const).map((node) => ({
      node,
      instanceId: `${node}-${made}`,
      shard: 0,
      privateAddress: '',
      zone: '',
      region: '',
      userData: '',
      instanceProfile: 'nodes',
      securityGroups: [],
      templateVersion: template[node],
    }));
  const make = (d: DeployedInstance): Instance =>
    ({
      deployed: d,
      address: '127.0.0.1:1/nobody-listens',
      terminate: async () => {},
      boot: async () => {
        made += 1;
        if (d.templateVersion > 1) throw new Error('it cannot boot');
      },
    }) as unknown as Instance;
  const instances = new Map(deployed().map((d) => [d.node, make(d)]));
  const said: string[] = [];
  const rolling = new RollingUpdate({
    instances,
    read: async () => deployed(),
    replace: async (id) => void replaced.push(id.split('-')[0]!),
    make,
    onReplaced: () => {},
    onEvent: (what) => said.push(what),
  });
  return { template, instances, replaced, rolling, said };
}

async function settled({ said, rolling }: ReturnType<typeof world>, times: number): Promise<void> {
  while (said.filter((line) => line.includes('goes back')).length < times)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await rolling.stop();
}

test('a failed update goes back as a whole: the other node is not tried afterwards', async () => {
  const w = world();
  Object.assign(w.template, { a: 2, b: 2 });
  await w.rolling.refresh();
  await settled(w, 1);
  expect(w.replaced).toEqual(['a', 'a']);
  expect(w.instances.get('a')!.deployed.templateVersion).toBe(1);
  // Something else changes afterwards, and the runner looks again.
  Object.assign(w.rolling, { stopped: false });
  await w.rolling.refresh();
  expect(w.rolling.isBusy).toBe(false);
  expect(w.replaced).toEqual(['a', 'a']);
});

test('the next version is tried again', async () => {
  const w = world();
  Object.assign(w.template, { a: 2, b: 2 });
  await w.rolling.refresh();
  await settled(w, 1);
  Object.assign(w.template, { a: 3 });
  Object.assign(w.rolling, { stopped: false });
  await w.rolling.refresh();
  expect(w.rolling.isBusy).toBe(true);
  await settled(w, 2);
});

test('two who look at the same moment begin one update', async () => {
  const w = world();
  Object.assign(w.template, { a: 2 });
  await Promise.all([w.rolling.refresh(), w.rolling.refresh()]);
  await settled(w, 1);
  expect(w.said.filter((line) => line.includes('is replaced'))).toHaveLength(1);
});
