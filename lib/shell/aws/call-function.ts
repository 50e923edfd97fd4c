/** Calls a function and does not wait for what comes of it. Rejects when it was not accepted. */
export type CallFunction = (name: string, event: unknown) => Promise<void>;

/**
 * Lambda, whose client is loaded when it is first needed: an agent that comes back after a crash is in a hurry. By a module of
 * its own, so that only the one call of it is bundled.
 */
export const callLambda: CallFunction = async (name, event) =>
  (await import('./invoke-function')).invokeLater(name, event);
