/** Mistakes in the deployed agent that chaos has to notice: what replaces what in its text. */
const MISTAKES = {
  /** It tells at once what it believes, cut off or not (docs/decisions/0008). */
  'no-guard': ['async maySend(){', 'async maySend(){return!0;'],
} as const satisfies Readonly<Record<string, readonly [from: string, to: string]>>;

export const MISTAKE_NAMES = Object.keys(MISTAKES);
export const isMistake = (name: string): name is keyof typeof MISTAKES => name in MISTAKES;

/** @throws Error when the text is not there once: the agent has changed, and the mistake would be none */
export function withMistake(name: keyof typeof MISTAKES, agent: string): string {
  const [from, to] = MISTAKES[name];
  const found = agent.split(from).length - 1;
  if (found !== 1)
    throw new Error(`the agent has ${JSON.stringify(from)} ${found} times, not once: see local/chaos/mistakes.ts`);
  return agent.replace(from, to);
}
