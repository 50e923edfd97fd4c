import { systemClock } from '../../lib/shell/async/clock';
import { connectRoutes, type RouteBook } from '../../lib/shell/aws/route-book';
import { readFunctionConfig, type FunctionConfig } from '../shared/config';
import { connectControl, keptWarm, type Connected, type Control } from '../shared/control';
import { log } from '../shared/log';
import { everyInterval, mayGoOnMs } from '../shared/loop';
import { standIn } from '../shared/stand-in';
import { readQueryRoutes } from './config';
import { FIRST, runRouteCycle, type RoutingOutcome } from './cycle';
import { readRoutingRequest } from './request';

/** Made once per execution environment: what it knows outlives an outage of the APIs it was learnt from. */
const worldOf = keptWarm(connect);

/**
 * Points the query listener at Thanos, or at the Prometheus nodes while Thanos does not answer. Called by health-check when
 * something is wrong, it probes Thanos every policy.probe.intervalMs until all is well or health-check looks anew; called by
 * an alarm or an operator, until the rule is kept or broken. While health-check is silent it looks in its place, called by the
 * alarm of that or by its own schedule. Any number of calls at once is harmless: each decides alike, and pointing twice is pointing once. Returns what was done last and why,
 * in one sentence.
 */
export async function handler(
  event: unknown,
  context: { getRemainingTimeInMillis(): number },
): Promise<RoutingOutcome & { readonly cycles: number }> {
  const request = readRoutingRequest(event);
  if (request.kind === 'ignore') {
    log('info', 'routing-ignored', { because: request.because });
    return { acted: false, because: request.because, route: null, cycles: 0 };
  }
  const config = readFunctionConfig(process.env);
  const { policy } = config;
  const { book, control } = worldOf(config);

  let state = FIRST;
  let outcome: RoutingOutcome = { acted: false, because: 'No time was left for a single probe.', route: null };
  let cycles = 0;
  const { elapsed } = systemClock;
  const endsAt = elapsed() + (request.kind === 'loop' ? request.forMs : 0);
  const standsIn = standIn(event, control);
  const cycle = async (): Promise<'nothing left' | void> => {
    // Monotonic: a clock that is set must not make Thanos look well for longer than it was.
    ({ state, outcome } = await runRouteCycle(state, book, control, config, elapsed()));
    cycles += 1;
    const isDone = state.rests || elapsed() + policy.probe.intervalMs >= endsAt;
    if (isDone && !state.undecided && !(await standsIn())) return 'nothing left';
  };
  await everyInterval(policy.probe.intervalMs, mayGoOnMs(context), cycle, systemClock);
  log('info', 'routing-decided', { ...outcome });
  return { ...outcome, cycles };
}

/** Nobody is waited for longer than a probe: an API that is silent must not make the third probe late. */
function connect(config: FunctionConfig): Connected & { readonly book: RouteBook; readonly control: Control } {
  const { policy } = config;
  const book = connectRoutes(policy, readQueryRoutes(process.env));
  const control = connectControl({ ...config, policy: { ...policy, storeTimeoutMs: policy.probe.timeoutMs } });
  return {
    book,
    control,
    letGo() {
      book.letGo();
      control.letGo();
    },
  };
}
