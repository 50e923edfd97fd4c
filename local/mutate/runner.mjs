import { readdirSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { join, relative, sep } from 'node:path';

/**
 * Runs Jest's tests for Stryker where they are functions and nothing else. Jest loads zod, its own `expect` and the rest
 * anew for each mutant and each file of tests: half a second, where the tests take ten milliseconds. Here packages are
 * loaded once, and only what is of this repository anew, so that no mutant leaves anything to the next one.
 */
const TESTS = ['test/unit/core', 'test/unit/contract'];

const require = createRequire(import.meta.url);
const circus = require('jest-circus');
const { expect } = require('expect');
const { transformFileSync } = require('@swc/core');
const [[, swc]] = Object.values(require('../../jest.config.cjs').transform);

class InProcessRunner {
  static inject = [];
  /** Of files of tests: what they load. */
  #loads = new Map();
  /** By this the code that Stryker changed knows which change is on, and tells by which test it was reached. */
  #stryker = (globalThis.__stryker__ ??= {});

  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    const { describe, it, test } = circus;
    Object.assign(globalThis, { describe, it, test, expect });
    const compiled = new Map();
    Module._extensions['.ts'] = (module, file) => {
      if (!compiled.has(file)) compiled.set(file, transformFileSync(file, swc).code);
      module._compile(compiled.get(file), file);
    };
  }

  async dryRun() {
    const tests = [];
    for (const fileName of TESTS.flatMap(testFiles)) {
      for (const test of load(fileName)) {
        const begun = Date.now();
        const failureMessage = await this.#failure(test);
        const { id } = test;
        const status = failureMessage === null ? 0 : 1;
        tests.push({ id, name: id, fileName, timeSpentMs: Date.now() - begun, status, failureMessage });
      }
    }
    return { status: 'complete', tests, mutantCoverage: this.#stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, sandboxFileName, testFilter, hitLimit }) {
    Object.assign(this.#stryker, { activeMutant: activeMutant.id, hitLimit });
    try {
      return await this.#judge(sandboxFileName, testFilter && new Set(testFilter));
    } finally {
      Object.assign(this.#stryker, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
    }
  }

  /** The first test that fails is enough. `wanted`: the tests that reach the mutant; undefined: it is reached by loading. */
  async #judge(mutated, wanted) {
    const files = wanted && new Set([...wanted].map(fileOf));
    let nrOfTests = 0;
    let looped = false;
    for (const file of TESTS.flatMap(testFiles)) {
      if (files?.has(nameOf(file)) === false) continue;
      let found;
      try {
        if (!files && !this.#loaded(file).has(mutated)) continue;
        found = load(file);
      } catch (error) {
        return { status: 'error', errorMessage: String(error) };
      }
      for (const test of found) {
        if (wanted?.has(test.id) === false) continue;
        nrOfTests += 1;
        if (this.#stryker.hitLimit !== undefined) this.#stryker.hitCount = 0;
        const failureMessage = await this.#failure(test);
        // A loop that is longer than usual proves nothing; another test may.
        if (this.#stryker.hitCount > this.#stryker.hitLimit) looped = true;
        else if (failureMessage !== null) return { status: 'killed', killedBy: [test.id], failureMessage, nrOfTests };
      }
    }
    return looped ? { status: 'timeout', reason: 'an endless loop' } : { status: 'survived', nrOfTests };
  }

  #loaded(file) {
    if (!this.#loads.has(file)) {
      load(file);
      this.#loads.set(file, new Set(ownModules()));
    }
    return this.#loads.get(file);
  }

  /** Why a test fails; null: it does not. */
  async #failure({ id, fn }) {
    this.#stryker.currentTestId = id;
    try {
      await fn();
      return null;
    } catch (error) {
      return String(error?.message ?? error);
    } finally {
      this.#stryker.currentTestId = undefined;
    }
  }
}

/** The tests of a file, loaded with everything of this repository that they import. */
function load(file) {
  for (const own of ownModules()) delete require.cache[own];
  circus.resetState();
  // A parent of its own: one that stays would keep all that was ever loaded.
  new Module(file).require(file);
  return testsIn(circus.getState().rootDescribeBlock, nameOf(file), []);
}

function testsIn({ hooks, children }, file, names) {
  if (hooks.length > 0) throw new Error(`${file}: mutants are tried without ${hooks[0].type}; do it in the tests`);
  return children.flatMap((child) => {
    const path = [...names, child.name];
    if (child.type === 'describeBlock') return testsIn(child, file, path);
    return child.mode === 'skip' || child.mode === 'todo' ? [] : [{ id: `${file}: ${path.join(' ')}`, fn: child.fn }];
  });
}

function testFiles(dir) {
  const names = readdirSync(dir, { recursive: true }).filter((name) => name.endsWith('.test.ts'));
  return names.sort().map((name) => join(process.cwd(), dir, name));
}

/** Files in the cache that are of this repository: of the copy of it that Stryker changes. */
function ownModules() {
  const own = process.cwd() + sep;
  return Object.keys(require.cache).filter(
    (file) => file.startsWith(own) && !file.includes(`${sep}node_modules${sep}`),
  );
}

const nameOf = (file) => relative(process.cwd(), file);
const fileOf = (id) => id.slice(0, id.indexOf(': '));

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', injectableClass: InProcessRunner }];
