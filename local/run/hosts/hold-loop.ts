/** Where Node.js listens for a debugger when it is sent SIGUSR1. */
const DEBUGGER = 'http://127.0.0.1:9229/json/list';
const TRIES = 50;

/** A debugger: has the loop of the program turn in a circle for so many ms, and goes away once that has begun. */
const HOLD = `
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
(async () => {
  let found;
  for (let left = ${TRIES}; found === undefined; left -= 1) {
    try { [found] = await (await fetch('${DEBUGGER}')).json(); }
    catch (error) { if (left === 0) throw error; await pause(100); }
  }
  const socket = new WebSocket(found.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  const expression = 'for (const end = Date.now() + ' + process.argv[1] + '; Date.now() < end;);';
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
  await pause(200);
  process.exit();
})();
`;

/**
 * Holds the event loop of the agent of a host: it gets nothing done, and its process lives. `wake` sends the agent SIGUSR1; `node` runs
 * Node.js on the host. Resolves when the loop is held; rejects when no debugger gets through.
 */
export async function holdLoop(
  ms: number,
  wake: () => unknown,
  node: (args: readonly string[]) => Promise<unknown>,
): Promise<void> {
  await wake();
  await node(['-e', HOLD, String(ms)]);
}
