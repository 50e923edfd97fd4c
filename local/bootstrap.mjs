#!/usr/bin/env node
/**
 * `node local/bootstrap.mjs <script.ts> [args…]`: everything a fresh clone needs before TypeScript can run.
 * Plain Node without dependencies, because nothing is installed yet. Node's version is checked, the
 * dependencies are installed when they are missing or differ from the lock file, then the script runs in
 * a child whose input, output, signals and exit code are passed through.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

const MINIMUM = [20, 19];
/** What node_modules takes, with room for npm's own work. */
const NEEDED_BYTES = 900e6;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Ends with a message that says what to do. */
function fail(message) {
  console.error(message);
  process.exit(1);
}

function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  fail(
    `Node.js is too old\n  got:      ${version}\n  expected: ${MINIMUM.join('.')} or newer\n` +
      '  fix:      install a current LTS release of Node.js and run the command again',
  );
}

/**
 * npm leaves a copy of what it installed: same packages, same versions and sums, or it is out of date.
 * Optional packages of other platforms are in the lock file only.
 */
function outOfDate() {
  const installed = readLock(path.join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return 'the dependencies are not installed';
  const wanted = readLock(path.join(root, 'package-lock.json'));
  if (wanted === null) fail('package-lock.json is missing or not JSON\n  fix:      git checkout package-lock.json');
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '' || entry.link) continue;
    const has = installed[name];
    if (has === undefined && (entry.optional || entry.devOptional || entry.peer)) continue;
    if (has === undefined) return `${name} is not installed`;
    if (has.version !== entry.version) return `${name} is ${has.version}, not ${entry.version}`;
    if (!existsSync(path.join(root, name))) return `${name} is gone`;
  }
  return null;
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    // Missing, or cut off by a full disk or an interrupted installation: npm ci puts it right.
    return null;
  }
}

/** Why npm failed, in words; the code is in its output. */
const REASONS = [
  [/ENOSPC/, 'the disk is full', 'free about 1 GB and run the command again'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EHOSTUNREACH|ENETUNREACH|network/,
    'the package registry is out of reach',
    'check the network, the proxy and `npm config get registry`, and run the command again',
  ],
  [/EACCES|EPERM|EROFS/, 'node_modules cannot be written', 'make this directory yours, or clone it into one that is'],
  [/EINTEGRITY/, 'a package is not what the lock file says', 'run `npm cache verify` and the command again'],
];

async function install(why) {
  const free = statfsSync(root);
  if (free.bavail * free.bsize < NEEDED_BYTES) {
    fail(
      `there is too little space for the dependencies\n  got:      ${Math.round((free.bavail * free.bsize) / 1e6)} MB free in ${root}\n` +
        `  expected: ${NEEDED_BYTES / 1e6} MB\n  fix:      free some and run the command again`,
    );
  }
  console.error(`installing dependencies (${why}) …`);
  const started = Date.now();
  let { code, output } = await npm(['ci']);
  if (code !== 0 && lacksOnlyOtherPlatforms(output)) {
    // Same versions and sums as locked; what the lock file does not know is for other platforms.
    console.error('  the lock file was made where builds for other platforms are not served: npm install instead');
    ({ code, output } = await npm(['install', '--no-save']));
  }
  if (code === 0) {
    console.error(`dependencies installed in ${Math.round((Date.now() - started) / 1000)} s`);
    return;
  }
  const [, what, fix] = REASONS.find(([pattern]) => pattern.test(output)) ?? [/./, 'see above', 'run `npm ci` by hand'];
  console.error(
    output
      .split('\n')
      .filter((line) => line.startsWith('npm error'))
      .slice(0, 12)
      .join('\n'),
  );
  fail(`the dependencies could not be installed: ${what}\n  fix:      ${fix}`);
}

/** npm ci then refuses with "Missing: <package>@<version> from lock file"; the version may be unknown to it. */
function lacksOnlyOtherPlatforms(output) {
  const missing = output.match(/(?:Missing|Invalid): .*/g) ?? [];
  return missing.length > 0 && missing.every((line) => /^Missing: \S+@\S* from lock file/.test(line));
}

async function npm(args) {
  let output = '';
  const started = Date.now();
  const ticker = setInterval(
    () => console.error(`  npm ${args[0]}, ${Math.round((Date.now() - started) / 1000)} s`),
    5_000,
  );
  const { code, signal, told } = await runChild('npm', [...args, '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (chunk) => {
      output += chunk;
    },
  });
  clearInterval(ticker);
  // npm ends a Ctrl-C with a code of its own, which is no reason to tell anybody what to do about it.
  if (told !== null) exitLike(128 + constants.signals[told], null);
  if (signal !== null) exitLike(code, signal);
  return { code, output };
}

/** Runs a child; SIGINT and SIGTERM reach it and it decides when to end. */
function runChild(command, args, { onOutput, ...options }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options);
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onOutput);
    // Ctrl-C in a terminal reaches the whole process group: the child has it already.
    let told = null;
    const forward = (signal) => {
      told = signal;
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const done = (result) => {
      for (const signal of signals) process.removeListener(signal, forward);
      resolve({ ...result, told });
    };
    child.on('error', (error) => {
      console.error(`${command} cannot be started: ${error.message}`);
      done({ code: 1, signal: null });
    });
    child.on('close', (code, signal) => done({ code, signal }));
  });
}

/** Ends as the child did: with its code, or by its signal. */
function exitLike(code, signal) {
  if (signal === null) process.exit(code);
  process.kill(process.pid, signal);
  // Not every signal ends a process at once (or at all): then as a shell tells it.
  setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 1_000);
}

checkNode();
const [script, ...args] = process.argv.slice(2);
if (script === undefined) fail('usage: node local/bootstrap.mjs <script.ts> [arguments]');
const why = outOfDate();
if (why !== null) await install(why);
// The loader in the child itself, so that there is no process in between that would swallow signals.
const tsx = path.join(root, 'node_modules/tsx/dist/loader.mjs');
const { code, signal } = await runChild(
  process.execPath,
  ['--import', new URL(`file://${tsx}`).href, path.resolve(script), ...args],
  {
    stdio: 'inherit',
    // The SDK warns in every process that its releases of 2027 need Node.js 22; package-lock.json pins an earlier one.
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
);
exitLike(code, signal);
