import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const TIMEOUT_MS = 3_000;

/** Lambda takes it and does not say what comes of it. @throws as the SDK, also when there is no answer in time */
export async function invokeLater(FunctionName: string, event: unknown): Promise<void> {
  const client = new LambdaClient({ maxAttempts: 1 });
  const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
  const Payload = Buffer.from(JSON.stringify(event));
  try {
    await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }), { abortSignal });
  } finally {
    client.destroy();
  }
}
