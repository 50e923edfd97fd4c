import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../../../contract/errors';
import { expectedBy } from '../problems';
import { isReserved, RESERVED_PREFIX } from '../reserved';
import { remedy } from '../schema/remedies';

/**
 * What is laid over a configuration that was found sound: data, in a file that `-c overlay=FILE` names. The local run
 * lays its addresses, short periods and demonstration over config/ by it; nobody edits the user's files.
 */
const reserved = z.string().refine(isReserved, `a name that begins with ${RESERVED_PREFIX}`);
const overlaySchema = z.strictObject({
  /** Merged over config/cluster.ts key by key. null takes a setting away; lists, and an object of another `kind`, are replaced. */
  cluster: z.record(z.string(), z.unknown()).default({}),
  /** At most so many are deployed, whatever the user has. */
  most: z.strictObject({ replicas: z.number().int().min(2), shards: z.number().int().min(1) }).optional(),
  /** Thanos, its functions, alarms and jobs are left out. */
  withoutThanos: z.literal(true).optional(),
  /** Nothing is sent to, or fetched from, what is elsewhere. */
  contained: z
    .strictObject({
      /** URL of the webhook that every receiver of the user's leads to; null: they lead where the user says. */
      receivers: z.url().nullable(),
      /** Whether targets and remedies that are elsewhere are shown as down instead of being connected to. */
      targets: z.boolean(),
      /** Names that exist here: host → address. */
      hosts: z.record(z.string(), z.string()),
    })
    .optional(),
  /** Added beside the user's own, under reserved names: rule files, targets by job, remedies. */
  rules: z.record(reserved, z.string()).default({}),
  targets: z.record(reserved, z.string()).default({}),
  remedies: z
    .array(remedy.refine(({ name }) => isReserved(name), `a name that begins with ${RESERVED_PREFIX}`))
    .default([]),
  /** Alerts that go to a webhook of their own before any route of the user's sees them, each sent at once. */
  routes: z.array(z.strictObject({ matcher: z.string(), receiver: reserved, url: z.url() })).default([]),
});

export type Overlay = z.output<typeof overlaySchema>;
/** As it is written: everything may be left out. */
export type OverlayFile = z.input<typeof overlaySchema>;
export type Containment = NonNullable<Overlay['contained']>;

/** @throws UserError naming the file and what is wrong with it */
export function readOverlay(file: string): Overlay {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw bad(file, (error as Error).message, 'a JSON file');
  }
  return parseOverlay(value, file);
}

/** @throws UserError */
export function parseOverlay(value: unknown, file: string): Overlay {
  const parsed = overlaySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw bad(file, issue!.path.join('.') || 'the whole', expectedBy(issue!.message));
}

const bad = (where: string, got: string, expected: string): UserError =>
  new UserError({
    what: 'the overlay of the configuration cannot be used',
    where,
    got,
    expected,
    fix: 'leave out -c overlay=…, or take the file that `npm start` writes',
  });
