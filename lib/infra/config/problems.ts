import { UserError } from '../../contract/errors';

/** What a schema expected, in our words: where it has none of its own, those of the library are not for people. */
export function expectedBy(message: string): string {
  return message.replace(/^Invalid input: expected (\w+), received .*$/, 'a value of the type $1');
}

/** What a name is expected to be; `none` says it where there is nothing to choose from. */
export function choiceOf(names: readonly string[], none: string): string {
  return names.length === 0 ? none : `one of ${names.join(', ')}`;
}

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
