import { referenceKey, type SecretReference } from '../../contract/documents/secrets';

/** What there is to ask for, in as few calls as the APIs take. */
export interface SecretRequests {
  /** Ids of Secrets Manager: BatchGetSecretValue takes 20 at once. */
  readonly secretIds: readonly (readonly string[])[];
  /** Names of Systems Manager: GetParameters takes 10 at once. */
  readonly parameters: readonly (readonly string[])[];
}

const SECRETS_AT_ONCE = 20;
const PARAMETERS_AT_ONCE = 10;

export function requestsFor(references: readonly SecretReference[]): SecretRequests {
  const ids = references.flatMap((one) => ('parameter' in one ? [] : [one.secretsManager]));
  const names = references.flatMap((one) => ('parameter' in one ? [one.parameter] : []));
  return {
    secretIds: inTurns([...new Set(ids)], SECRETS_AT_ONCE),
    parameters: inTurns([...new Set(names)], PARAMETERS_AT_ONCE),
  };
}

function inTurns(all: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** What the APIs answered: by id or name, the text or why there is none. */
export type SecretAnswers = ReadonlyMap<string, Answered>;
export type Answered = { readonly text: string } | { readonly because: string };

/** By reference: its value, or why there is none. Says nothing of what the values are. */
export function valuesIn(answers: SecretAnswers, references: readonly SecretReference[]): Map<string, Answered> {
  return new Map(references.map((one) => [referenceKey(one), valueOf(answers, one)]));
}

function valueOf(answers: SecretAnswers, one: SecretReference): Answered {
  const answer = answers.get('parameter' in one ? `ssm:${one.parameter}` : one.secretsManager);
  if (answer === undefined) return { because: 'nothing was answered for it' };
  if ('because' in answer || 'parameter' in one || one.jsonKey === undefined) return answer;
  let document: unknown;
  try {
    document = JSON.parse(answer.text);
  } catch {
    // The error would quote the secret.
    return { because: `it is not JSON, and jsonKey '${one.jsonKey}' is asked for` };
  }
  const value: unknown = typeof document === 'object' && document !== null ? Reflect.get(document, one.jsonKey) : null;
  if (typeof value === 'string') return { text: value };
  return typeof value === 'number' ? { text: String(value) } : { because: `its JSON has no text at '${one.jsonKey}'` };
}
