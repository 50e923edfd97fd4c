/**
 * What an answer was that the SDK cannot parse: a proxy's page, a portal's, or that of an emulator that lacks the call. The
 * SDK throws what its parser says of the text (SyntaxError), with advice to whoever debugs. null: another error.
 */
export function foreignAnswer(error: unknown): string | null {
  const { message, $response, $fault } = error as Error & {
    readonly $response?: { readonly statusCode?: unknown };
    readonly $fault?: unknown;
  };
  // AWS's own errors were parsed: they say whose fault it was.
  if ($response === undefined || $fault !== undefined) return null;
  const [said = ''] = message.split('\n');
  return `HTTP ${String($response.statusCode)} with a body that is not AWS's (${said.replace(/^@aws-sdk /, '')})`;
}
