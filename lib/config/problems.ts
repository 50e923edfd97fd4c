import { UserError } from '../core/errors';

/** Everything that is wrong with the configuration, found in one run. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly UserError[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(`${problems.map((problem) => problem.message).join('\n\n')}\n\n${count} in the configuration.`);
  }
}

/** @throws ConfigurationError when there are any */
export function refuse(problems: readonly UserError[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems);
}
