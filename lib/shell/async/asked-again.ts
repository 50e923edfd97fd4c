/**
 * What the first answer is: asks once, and again every `everyMs` while no answer has come, by a question that shares nothing with the
 * ones before it. A packet that is lost costs one of them: TCP sends the first of a connection again only after a second. What is
 * answered by an error is answered.
 *
 * @throws the signal's reason when it fires first; what the first question that failed threw
 */
export function askedAgain<T>(
  everyMs: number,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const attempt = (): void => void ask(over.signal).then(resolve, reject).finally(end);
    const timer = setInterval(attempt, everyMs);
    const onAbort = (): void => end(signal.reason);
    function end(reason?: unknown): void {
      clearInterval(timer);
      signal.removeEventListener('abort', onAbort);
      over.abort(reason);
    }
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    attempt();
  });
}
