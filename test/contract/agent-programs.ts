export async function agentTestPrograms(): Promise<{ bin: string; emulator: string }> {
  return { bin: process.env.PROMHA_TEST_BIN ?? '/tmp/agent-tools/bin', emulator: 'moto_server' };
}
