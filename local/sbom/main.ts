import { execFileSync } from 'node:child_process';
import { deployedPrograms, withPrograms } from './components';

/** `npm run --silent sbom`: CycloneDX on stdout, of what is deployed: packages of npm by the lock file, and programs by versions.json. */
const args = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
const listed = execFileSync('npm', args, {
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.stdout.write(withPrograms(listed, deployedPrograms()));
