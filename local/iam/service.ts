import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { evaluate, type IamQuestion } from './evaluate';
import { grantOf, type Grant } from './grant';
import { parseIamPolicy, type IamPolicy } from './policy';

const caller = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('role'), account: z.string(), roleArn: z.string(), sessionArn: z.string() }),
  z.object({ kind: z.literal('service'), name: z.string() }),
]);
const request = z.object({
  caller,
  identity: z.array(z.unknown()),
  questions: z.array(
    z.object({
      action: z.string(),
      resource: z.string(),
      context: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
      resourcePolicy: z.unknown(),
    }),
  ),
});

/** A question and what came of it. What is allowed is asked once: who asks keeps the answer. */
export interface Asked {
  readonly question: IamQuestion;
  /** null: refused. */
  readonly by: Grant | null;
}

/** Answers local/emulator/authorize.py on a Unix socket. */
export async function serveEvaluator(
  socket: string,
  onAsked: (asked: Asked) => void,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    bodyOf(incoming)
      .then((text) => answer(text, onAsked))
      .then(
        (decisions) => response.writeHead(200).end(JSON.stringify(decisions)),
        (error: Error) => response.writeHead(500).end(error.message),
      );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, () => resolve()));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += chunk as string;
  return text;
}

/** @throws Error, ZodError: a policy or a request that is none */
function answer(text: string, onAsked: (asked: Asked) => void): object[] {
  const { caller: who, identity, questions } = request.parse(JSON.parse(text));
  const own: readonly IamPolicy[] = identity.map(parseIamPolicy);
  return questions.map(({ resourcePolicy, ...asked }) => {
    const question: IamQuestion = { caller: who, ...asked };
    const resource = resourcePolicy === null || resourcePolicy === undefined ? null : parseIamPolicy(resourcePolicy);
    const decision = evaluate(question, { identity: own, resource });
    onAsked({ question, by: decision.allowed ? grantOf(decision.by, question) : null });
    return decision.allowed ? { allowed: true } : { allowed: false, because: decision.because };
  });
}
