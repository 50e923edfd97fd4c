// Plays the Lambda runtime for one execution environment: loads the deployed bundle, runs one event at a time.
// Plain JavaScript, because it must run exactly what was deployed with nothing of this project loaded around it.
const { handler } = require(process.argv[2]);

process.on('message', async ({ id, event, deadline }) => {
  const context = {
    awsRequestId: id,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    process.send({ id, ok: true, value: (await handler(event, context)) ?? null });
  } catch (error) {
    process.send({ id, ok: false, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });
