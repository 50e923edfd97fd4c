import { parseArgs } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { stayAwake } from '../lib/shell/async/stay-awake';
import { startAgent, type Agent } from './agent';
import { serveFills } from './backfill/fill-thread';
import { readEnv } from './base/env';
import { jsonLog, messageOf } from './base/log';
import { pathsOf } from './base/paths';
import { watchLoop } from './base/loop-watch';
import { readNodeConfig } from './base/node-config';
import { moreThreads } from './base/threads';
import { ownLog } from './process/own-log';

/** Entry of the bundle: node agent.js --config /etc/prometheus-ha/node.json */
async function main(): Promise<void> {
  moreThreads();
  const { values } = parseArgs({ options: { config: { type: 'string', default: '/etc/prometheus-ha/node.json' } } });
  // Whoever reads the log may go away first; that must not end the agent.
  process.stdout.on('error', () => {});
  const config = readNodeConfig(values.config);
  const env = readEnv(process.env);
  process.env.AWS_REGION ??= config.region;
  watchLoop({ node: config.node, logFile: pathsOf(env).log('agent') });
  const journal = jsonLog((line) => process.stdout.write(line), { node: config.node });
  const toFile = ownLog(pathsOf(env).log('agent'), (error) => journal('error', 'log-not-written', { error }));
  const log = jsonLog(
    (line) => {
      process.stdout.write(line);
      toFile(line);
    },
    { node: config.node },
  );

  let agent: Agent | null = null;
  const stop = (withChildren: boolean): void => {
    void Promise.resolve(agent?.stop(withChildren)).then(() => process.exit(0));
  };
  let leaving = false;
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
    await agent?.leave();
    stop(false);
  };
  // systemd sends SIGTERM (KillMode=process) when it stops the agent or the machine: alerting goes to another node
  // first, Prometheus and Alertmanager go on. Ctrl-C ends everything.
  process.on('SIGTERM', () => (env.stopChildren ? stop(true) : void leave()));
  process.on('SIGINT', () => stop(true));
  agent = await startAgent(config, env, log);
}

if (isMainThread)
  stayAwake(main).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  });
else serveFills();
