/**
 * `leave` is called at Ctrl-C, when the terminal goes, and when nobody reads any more what is printed: what cannot be said must not be
 * found wrong, and said, over and over. Once: a second Ctrl-C must not leave things behind.
 */
export function whenToldToStop(leave: () => void): void {
  let told = false;
  const once = (): void => {
    if (told) return;
    told = true;
    leave();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, once);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', once);
}
