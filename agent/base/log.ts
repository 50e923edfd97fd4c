import { foreignAnswer } from '../../lib/shell/aws/foreign-answer';

/** One JSON object per line on stdout: what the service manager's journal keeps. */
export type Level = 'info' | 'warn' | 'error';
export type Fields = Readonly<Record<string, unknown>>;
export type Log = (level: Level, event: string, fields?: Fields) => void;

export function jsonLog(write: (line: string) => void, base: Fields): Log {
  return (level, event, fields = {}) => {
    write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...base, ...fields })}\n`);
  };
}

export function messageOf(error: unknown): string {
  const foreign = foreignAnswer(error);
  if (foreign !== null) return foreign;
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  const why = cause?.code ?? cause?.message;
  return [name === 'Error' || name === 'UserError' ? message : `${name}: ${message}`, why].filter(Boolean).join(': ');
}
