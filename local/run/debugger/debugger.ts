/** Where Node.js listens for a debugger when it is sent SIGUSR1. */
const DEBUGGER = 'http://127.0.0.1:9229/json/list';
const TRIES = 50;

/** A debugger: has the program evaluate its argument, prints what comes of it as JSON, and goes away; at the latest after so many ms. */
const EVALUATE = `
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
(async () => {
  let found;
  for (let left = ${TRIES}; found === undefined; left -= 1) {
    try { [found] = await (await fetch('${DEBUGGER}')).json(); }
    catch (error) { if (left === 0) throw error; await pause(100); }
  }
  const socket = new WebSocket(found.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  const answered = new Promise((resolve) => { socket.onmessage = ({ data }) => resolve(JSON.parse(data).result); });
  const params = { expression: process.argv[1], includeCommandLineAPI: true, returnByValue: true };
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
  const answer = await Promise.race([answered, pause(Number(process.argv[2]))]);
  if (answer?.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails));
  process.stdout.write(JSON.stringify(answer?.result.value ?? null));
  process.exit();
})();
`;

/** How an agent's debugger is reached: `wake` sends the agent SIGUSR1; `node` runs Node.js on its host and resolves with its stdout. */
export interface Reached {
  readonly wake: () => unknown;
  readonly node: (args: readonly string[]) => Promise<string>;
}

/** Evaluates it in the agent; resolves with JSON, null where nothing came of it in time. Rejects when no debugger gets through. */
export async function evaluateIn({ wake, node }: Reached, expression: string, withinMs = 10_000): Promise<string> {
  await wake();
  return node(['-e', EVALUATE, expression, String(withinMs)]);
}

/** It has begun by then, and answers nobody. */
const BEGUN_MS = 200;

/** Holds the event loop of the agent for so many ms: it gets nothing done, and its process lives. Resolves when it is held. */
export const holdLoop = (ms: number, agent: Reached): Promise<string> =>
  evaluateIn(agent, `for (const end = Date.now() + ${ms}; Date.now() < end;);`, BEGUN_MS);
