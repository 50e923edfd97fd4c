import * as z from 'zod/mini';

/**
 * Values of which documents are made; messages are what was expected. zod/mini, because it goes into every function's
 * bundle: a quarter of zod.
 */

/**
 * An object that may have further fields: an older program keeps what a newer one wrote, on reading and on the next
 * write. They have no type here, so that no code can rely on them.
 */
export function fields<T extends z.core.$ZodLooseShape>(known: T): z.ZodMiniObject<T, z.core.$strip> {
  return z.looseObject(known, 'an object') as unknown as z.ZodMiniObject<T, z.core.$strip>;
}

export const text = z.string('text');
/** Looked at by somebody else, if by anybody. */
export const anything = z.unknown();
export const flag = z.boolean('true or false');
/** A number that counts something. */
export const whole = z.int('a whole number').check(z.gte(0, '0 or more'));
export const number = z.number('a number');
export const amount = number.check(z.gte(0, '0 or more'));

/** Of a node, a remedy, a cluster: part of keys and of file names, so no slash and no dots that lead elsewhere. */
export const name = z
  .string('a name')
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a name: letters, digits, dots and dashes, at most 128'));

/** Of a file in a directory that is known: it leads nowhere else. */
export const fileName = z
  .string('the name of a file')
  .check(z.regex(/^(?!\.\.?$)[^/\\\0]{1,255}$/, 'the name of a file, without a directory'));

/** Below a directory that is known, however deep. */
export const pathBelow = z
  .string('a relative path')
  .check(z.regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\\\0]{1,4096}$/, 'a relative path without ..'));

export const ulid = z.string('a ULID').check(z.regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'a ULID'));

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
export const address = z
  .string('an IPv4 address')
  .check(z.regex(new RegExp(`^${OCTET}(\\.${OCTET}){3}$`), 'an IPv4 address'));
/** At which a machine can be reached: not this network, link-local (the metadata service), multicast or what is beyond. */
export const hostAddress = address.check(
  z.regex(/^(?!0\.|169\.254\.|22[4-9]\.|2[3-5]\d\.)/, 'the address of a machine'),
);

export const time = z
  .string('a time in ISO 8601')
  .check(z.refine((iso) => !Number.isNaN(Date.parse(iso)), 'a time in ISO 8601'));

/** A moment, ms since the Unix epoch, that a Date can hold. */
export const moment = z.number('ms since the Unix epoch').check(z.refine((ms) => Math.abs(ms) <= 8.64e15, 'a moment'));

export const sha256 = z.string('a SHA-256').check(z.regex(/^[0-9a-f]{64}$/, 'a SHA-256: 64 hexadecimal digits'));

export const oneOf = <const T extends readonly string[]>(...values: T): z.ZodMiniEnum<{ [K in T[number]]: K }> =>
  z.enum(values, values.join(', '));

export const listOf = <T extends z.ZodMiniType>(item: T): z.ZodMiniArray<T> => z.array(item, 'a list');
export const mapOf = <K extends z.ZodMiniType<string, string>, V extends z.ZodMiniType>(key: K, value: V) =>
  z.record(key, value, 'an object');
export const optional = z.optional;
/** Where an older program left it out. */
export const orElse = z._default;
export const nullable = z.nullable;
/** The version of the form itself: another one is another document. */
export const version1 = z.literal(1, '1');
