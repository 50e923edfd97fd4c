import { mistakesIn, type Mistake } from './mistake';

type Failover = typeof import('../../../agent/failover/failover');
type Probes = typeof import('../../../agent/failover/probes');
type Takeover = typeof import('../../../agent/failover/takeover');
type Role = typeof import('../../../agent/failover/role-manager');
type Loops = typeof import('../../../agent/base/loop');
type Promote = typeof import('../../../lib/shell/assignment/promote');
type Cycle = typeof import('../../../lambdas/health-check/cycle');
type FunctionLoop = typeof import('../../../lambdas/shared/loop');

const failover = mistakesIn<Failover>('agent/failover/failover.ts');
const probes = mistakesIn<Probes>('agent/failover/probes.ts');
const takeover = mistakesIn<Takeover>('agent/failover/takeover.ts');
const role = mistakesIn<Role>('agent/failover/role-manager.ts');
const loops = mistakesIn<Loops>('agent/base/loop.ts');
const promote = mistakesIn<Promote>('lib/shell/assignment/promote.ts');
const cycle = mistakesIn<Cycle>('lambdas/health-check/cycle.ts');
const functionLoop = mistakesIn<FunctionLoop>('lambdas/shared/loop.ts');

const AGENT: readonly Mistake[] = [
  failover(
    'Failover',
    'the last good assignment is not saved',
    (Real) =>
      class extends Real {
        constructor(deps: ConstructorParameters<typeof Real>[0]) {
          super({ ...deps, lastGood: { load: () => deps.lastGood.load(), save: () => {} } });
        }
      },
  ),
  failover(
    'Failover',
    'the last good assignment is not loaded',
    (Real) =>
      class extends Real {
        constructor(deps: ConstructorParameters<typeof Real>[0]) {
          super({ ...deps, lastGood: { load: () => null, save: (good) => deps.lastGood.save(good) } });
        }
      },
  ),
  probes(
    'Probes',
    'counts go on when alerting has moved to another node',
    (Real) =>
      class extends Real {
        override forget(): void {}
      },
  ),
  probes(
    'Probes',
    'one miss in a row with none is a row',
    (Real) =>
      class extends Real {
        override streakOf(node: string): ReturnType<InstanceType<typeof Real>['streakOf']> {
          const streak = super.streakOf(node);
          return streak.consecutiveFailures > 0 ? { ...streak, consecutiveFailures: 3 } : streak;
        }
      },
  ),
  probes(
    'Probes',
    'this node never takes itself for working',
    (Real) =>
      class extends Real {
        override get selfIsHealthy(): boolean {
          return false;
        }
      },
  ),
  takeover(
    'Takeover',
    'how an attempt ended is never notified',
    (Real) =>
      class extends Real {
        override takeResult(): 'none' {
          super.takeResult();
          return 'none';
        }
      },
  ),
  takeover(
    'Takeover',
    'attempts are made beside each other',
    (Real) =>
      class extends Real {
        override ask(request: Parameters<InstanceType<typeof Real>['ask']>[0]): void {
          Reflect.set(this, 'running', false);
          super.ask(request);
        }
      },
  ),
  takeover(
    'Takeover',
    'only the first attempt is made',
    (Real) =>
      class extends Real {
        private asked = false;
        override ask(request: Parameters<InstanceType<typeof Real>['ask']>[0]): void {
          if (!this.asked) super.ask(request);
          this.asked = true;
        }
      },
  ),
  role(
    'RoleManager',
    'an exit is not reported',
    (Real) =>
      class extends Real {
        override reportExit(): void {}
      },
  ),
  loops('every', 'a loop goes on after its end', (real) => (...args) => {
    return { ...real(...args), stop: () => {} };
  }),
];

const FUNCTIONS: readonly Mistake[] = [
  promote('promote', 'a slow successor is never found', (real) => (request, deps) => {
    const { policy } = deps;
    const probe = { ...policy.probe, timeoutMs: policy.verifyTimeoutMs };
    return real(request, { ...deps, policy: { ...policy, probe } });
  }),
  promote('promote', 'the first write compares with a version that never was', (real) => (request, deps) => {
    const { store } = deps;
    const writeAssignment: typeof store.writeAssignment = (next, etag) => store.writeAssignment(next, etag ?? '0');
    return real(request, { ...deps, store: { ...store, writeAssignment } });
  }),
  promote(
    'promote',
    'misses are counted without waiting between them',
    (real) => (request, deps) => real(request, { ...deps, sleep: async () => {} }),
  ),
  cycle(
    'runCycle',
    'functions that cannot help keep the standbys calm',
    (real) => (before, control, config, invocation) =>
      real({ ...before, noCandidate: false }, control, config, invocation),
  ),
  cycle('runCycle', 'functions leave the first assignment to others', (real) => (before, control, config, name) => {
    const { store } = control;
    const writeAssignment: typeof store.writeAssignment = async (next, etag) =>
      etag === null ? 'lost' : store.writeAssignment(next, etag);
    return real(before, { ...control, store: { ...store, writeAssignment } }, config, name);
  }),
  functionLoop(
    'everyInterval',
    'a loop ends after its first cycle',
    () => async (_ms, _forMs, once) => void (await once()),
  ),
];

export const SHELLS: readonly Mistake[] = [...AGENT, ...FUNCTIONS];
