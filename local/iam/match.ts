/** Of a condition key: one value or several; keys are compared without regard to case. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** undefined: the request has no such key. */
export function valuesOf(context: RequestContext, key: string): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
  return found === undefined || typeof found !== 'string' ? found : [found];
}

/** `*` and `?` as wildcards; they match across colons and slashes, as IAM has it outside of ARN operators. */
export function matches(pattern: string, text: string, ignoreCase = false): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '[\\s\\S]*')
    .replace(/\?/g, '[\\s\\S]');
  return new RegExp(`^${source}$`, ignoreCase ? 'i' : '').test(text);
}

/** Each of the six parts on its own, the last one with all its colons. */
export function matchesArn(pattern: string, arn: string): boolean {
  const wanted = partsOf(pattern);
  const parts = partsOf(arn);
  return wanted.length === parts.length && wanted.every((part, i) => matches(part, parts[i]!));
}

const partsOf = (arn: string): string[] => {
  const [a = '', b = '', c = '', d = '', e = '', ...rest] = arn.split(':');
  return [a, b, c, d, e, rest.join(':')];
};

const VARIABLE = /\$\{([^},]+)(?:,\s*'([^']*)')?\}/g;

/**
 * Policy variables filled in, `${*}`, `${?}` and `${$}` as the characters themselves. null where the request lacks one
 * that has no default: such an element matches nothing.
 */
export function fillIn(text: string, context: RequestContext): string | null {
  let isMissing = false;
  const filled = text.replace(VARIABLE, (_, key: string, byDefault: string | undefined) => {
    if (['*', '?', '$'].includes(key)) return key;
    const values = valuesOf(context, key.trim());
    if (values?.length === 1) return values[0]!;
    if (byDefault === undefined) isMissing = true;
    return byDefault ?? '';
  });
  return isMissing ? null : filled;
}
