import * as fc from 'fast-check';

/** What programs stumble over. */
const VALUES: readonly unknown[] = [
  null,
  true,
  '',
  0,
  -1,
  0.5,
  1e300,
  2 ** 31,
  2 ** 52,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  [],
  {},
  [null],
  [[]],
  JSON.parse('{"__proto__":{"x":1}}'),
  { constructor: null, toString: 1 },
  '__proto__',
  '../x',
  '/etc/passwd',
  'x'.repeat(5_000),
  '\u0000\u001b[2J\u202e',
  '\ud800',
  '2099-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '9999-99-99',
  JSON.parse(`${'['.repeat(150)}${']'.repeat(150)}`),
];
const TEXTS = ['{', '[', '[[[[', ']', '"', '\\', '\u0000', '1e999', '-', '{"a":', ',,', '\ufeff', '['.repeat(20_000)];

const nastyValue = fc.oneof(fc.constantFrom(...VALUES), fc.jsonValue({ maxDepth: 2 }));
type Change = { readonly at: number; readonly to: unknown; readonly how: 'set' | 'drop' };
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  to: nastyValue,
  how: fc.constantFrom('set' as const, 'set' as const, 'set' as const, 'drop' as const),
});

/** Every place in a value, however deep. */
function placesIn(value: unknown): [holder: object, key: string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [[value, key] as [object, string], ...placesIn(Reflect.get(value, key))]);
}

function changed(value: unknown, changes: readonly Change[]): unknown {
  const root = { value: structuredClone(value) };
  for (const { at, to, how } of changes) {
    const places = placesIn(root);
    const [holder, key] = places[at % places.length] ?? [root, 'value'];
    if (how === 'drop') Reflect.deleteProperty(holder, key);
    else
      Object.defineProperty(holder, key, {
        value: structuredClone(to),
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  return root.value;
}

/** A text of which something was cut off, or into which something was put. */
const spoilt = (text: fc.Arbitrary<string>, with_: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.nat(), fc.constantFrom(...with_), fc.constantFrom('cut', 'put', 'twice'))
    .map(([t, n, more, how]) => {
      const at = t.length === 0 ? 0 : n % t.length;
      if (how === 'cut') return t.slice(0, at);
      return how === 'put' ? `${t.slice(0, at)}${more}${t.slice(at)}` : `${t.slice(0, at)}${t}`;
    });

/** JSON of the kind, with parts that are something else; and now and then anything. */
export function nastyJson(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const odd = fc
    .tuple(valid, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([value, changes]) => JSON.stringify(changed(value, changes)) ?? '');
  return fc.oneof(
    { arbitrary: odd, weight: 6 },
    { arbitrary: spoilt(odd, TEXTS), weight: 2 },
    { arbitrary: nastyValue.map((value) => JSON.stringify(value) ?? ''), weight: 1 },
    { arbitrary: fc.constantFrom('', '{}', 'null', '[]', '"', '['.repeat(100_000)), weight: 1 },
  );
}

/** Text of the kind, with tokens of its language where they do not belong. */
export const nastyText = (valid: readonly string[], tokens: readonly string[]): fc.Arbitrary<string> => {
  const whole = fc.constantFrom(...valid);
  const noise = fc.array(fc.oneof(fc.constantFrom(...tokens), fc.string({ maxLength: 4 })), { maxLength: 30 });
  return fc.oneof(
    spoilt(whole, tokens),
    spoilt(spoilt(whole, tokens), tokens),
    spoilt(spoilt(spoilt(whole, tokens), tokens), tokens),
    noise.map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom(...tokens), fc.constantFrom(10, 300, 3_000)).map(([token, n]) => token.repeat(n)),
  );
};

/** Ends of ranges, and what is a tag or a length somewhere. */
const byte = fc.oneof(fc.constantFrom(0, 1, 0x0a, 0x7f, 0x80, 0xf0, 0xf4, 0xf8, 0xfc, 0xfe, 0xff), fc.nat(255));

export const nastyBytes = (valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.array(byte, { maxLength: 24 }).map((bytes) => Uint8Array.from(bytes)),
    fc
      .tuple(valid, fc.array(fc.tuple(fc.nat(), byte), { maxLength: 6 }), fc.option(fc.nat(), { nil: null }))
      .map(([bytes, changes, cut]) => {
        const copy = Uint8Array.from(bytes);
        for (const [at, to] of changes) if (copy.length > 0) copy[at % copy.length] = to;
        return cut === null || copy.length === 0 ? copy : copy.subarray(0, cut % copy.length);
      }),
  );
