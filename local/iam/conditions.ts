import { BlockList, isIP } from 'node:net';
import type { Statement } from './policy';
import { fillIn, matches, matchesArn, valuesOf, type RequestContext } from './match';

type Test = (wanted: string, got: string) => boolean;

const numeric =
  (test: (wanted: number, got: number) => boolean): Test =>
  (wanted, got) =>
    wanted !== '' && got !== '' && test(Number(wanted), Number(got));
const date =
  (test: (wanted: number, got: number) => boolean): Test =>
  (wanted, got) =>
    test(timeOf(wanted), timeOf(got));
/** ISO 8601, or seconds since 1970. */
const timeOf = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

/** All that are not negated. */
const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: (wanted, got) => wanted === got,
  StringEqualsIgnoreCase: (wanted, got) => wanted.toLowerCase() === got.toLowerCase(),
  StringLike: (wanted, got) => matches(wanted, got),
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (wanted, got) => wanted.toLowerCase() === got.toLowerCase(),
  BinaryEquals: (wanted, got) => wanted === got,
  NumericEquals: numeric((wanted, got) => got === wanted),
  NumericLessThan: numeric((wanted, got) => got < wanted),
  NumericLessThanEquals: numeric((wanted, got) => got <= wanted),
  NumericGreaterThan: numeric((wanted, got) => got > wanted),
  NumericGreaterThanEquals: numeric((wanted, got) => got >= wanted),
  DateEquals: date((wanted, got) => got === wanted),
  DateLessThan: date((wanted, got) => got < wanted),
  DateLessThanEquals: date((wanted, got) => got <= wanted),
  DateGreaterThan: date((wanted, got) => got > wanted),
  DateGreaterThanEquals: date((wanted, got) => got >= wanted),
  IpAddress: isWithin,
};

const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
};

/** Every operator, and every key of each, has to hold. @throws Error an operator that IAM does not have */
export function holds(condition: NonNullable<Statement['Condition']>, context: RequestContext): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holdsFor(operator, wanted, valuesOf(context, key), context)),
  );
}

function holdsFor(
  operator: string,
  wanted: readonly string[],
  got: readonly string[] | undefined,
  context: RequestContext,
): boolean {
  if (operator === 'Null') return wanted.some((want) => (want === 'true') === (got === undefined));
  const [, quantifier, name = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const negates = NEGATED[name];
  const test = TESTS[negates ?? name];
  if (test === undefined) throw new Error(`IAM has no condition operator ${JSON.stringify(operator)}`);
  if (got === undefined) {
    if (ifExists !== undefined || quantifier === 'ForAllValues') return true;
    // A negated operator holds for what is not there, unless one value has to be found.
    return quantifier === undefined && negates !== undefined;
  }
  const isOne = (value: string): boolean =>
    wanted.some((want) => {
      const filled = fillIn(want, context);
      return filled !== null && test(filled, value);
    });
  const passes = (value: string): boolean => isOne(value) !== (negates !== undefined);
  if (quantifier === 'ForAllValues') return got.every(passes);
  // Several values without a quantifier: a negated operator has to hold for all of them.
  return quantifier === undefined && negates !== undefined ? got.every(passes) : got.some(passes);
}

function isWithin(wanted: string, got: string): boolean {
  const [address = '', bits] = wanted.split('/');
  const family = isIP(got);
  if (family === 0 || isIP(address) !== family) return false;
  const list = new BlockList();
  const type = family === 6 ? 'ipv6' : 'ipv4';
  list.addSubnet(address, bits === undefined ? (family === 6 ? 128 : 32) : Number(bits), type);
  return list.check(got, type);
}
