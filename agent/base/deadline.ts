/**
 * A signal that aborts when the other one does, and at the latest after so many milliseconds, then with a TimeoutError.
 * Not AbortSignal.any with AbortSignal.timeout: in Node 20 the garbage collector takes the timeout away (nodejs/node
 * 57736), and a request to a process that hangs waits for ever.
 */
export function atMost(ms: number, signal: AbortSignal): AbortSignal {
  const either = new AbortController();
  const timer = setTimeout(() => either.abort(new DOMException('no answer in time', 'TimeoutError')), ms);
  timer.unref();
  const abort = (): void => {
    clearTimeout(timer);
    either.abort(signal.reason);
  };
  if (signal.aborted) abort();
  // Taken back when the time is over: the other one may live as long as the process.
  else signal.addEventListener('abort', abort, { once: true, signal: either.signal });
  return either.signal;
}
