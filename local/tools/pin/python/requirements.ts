import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is had from PyPI, by its name in versions.json. */
export type PythonPackage = 'moto' | 'cfn-lint' | 'awscli';

const fileOf = (name: PythonPackage): string => join(__dirname, `${name}.txt`);

/** Arguments of `pip install`: it takes nothing but these versions of it and of all that it needs, with these checksums, and builds none. */
export const pinnedPackages = (name: PythonPackage): readonly string[] => [
  '--require-hashes',
  '--only-binary=:all:',
  '-r',
  fileOf(name),
];

export const requirementsOf = (name: PythonPackage): string => readFileSync(fileOf(name), 'utf8');
