import { spawnSync } from 'node:child_process';
import { resolveTools } from './tools';

/** `npm test [-- jest arguments]`: the programs that tests need first, with progress; then Jest. */
async function main(): Promise<number> {
  await resolveTools(
    [
      'prometheus',
      'promtool',
      'alertmanager',
      'amtool',
      'haproxy',
      'redis-server',
      'redis_exporter',
      'moto_server',
      'cfn-lint',
    ],
    { onProgress: (line) => console.log(`· ${line}`) },
  );
  const jest = require.resolve('jest/bin/jest');
  const { status, signal } = spawnSync(process.execPath, [jest, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (signal !== null) console.error(`Jest ended by ${signal}`);
  return status ?? 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
