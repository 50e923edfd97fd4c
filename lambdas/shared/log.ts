/** One JSON object per line; CloudWatch Logs Insights and the local run read the same fields. */
export type LogFields = Readonly<Record<string, unknown>>;

export function log(level: 'info' | 'warn' | 'error', event: string, fields: LogFields = {}): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })}\n`);
}
