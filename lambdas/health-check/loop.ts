/**
 * Runs `cycle` at once and then on a fixed grid until `forMs` have passed. A cycle that overruns skips the
 * instants it missed instead of piling up.
 */
export async function everyInterval(intervalMs: number, forMs: number, cycle: () => Promise<void>): Promise<void> {
  const start = performance.now();
  for (let next = 0; next < forMs;) {
    await cycle();
    const passed = performance.now() - start;
    next = (Math.floor(passed / intervalMs) + 1) * intervalMs;
    if (next < forMs) await new Promise((resolve) => setTimeout(resolve, next - passed));
  }
}
