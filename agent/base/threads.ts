/**
 * Node reads files, and looks up names, on four threads. On a volume that hangs a read holds its thread for as long, and
 * backfill, scrub, restore and the look at uploads hold four: no name would be found any more, neither S3's nor that of EC2,
 * which has to take the volume away. More than ever hang at once; a thread that nobody needs costs next to nothing.
 */
const THREADS = 16;

/** To be called before the first of them is used: Node looks once. */
export function moreThreads(): void {
  process.env.UV_THREADPOOL_SIZE ??= String(THREADS);
}
