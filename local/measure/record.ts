import { z } from 'zod';
import type { Permissions } from '../iam/permissions';
import { UserError } from '../../lib/contract/errors';

const figure = z.object({
  /** Over all runs of the drill. */
  median: z.number(),
  worst: z.number(),
  /** What was promised then, as a reader sees it: `at most 4`. Absent: a figure without a promise. */
  limit: z.string().optional(),
});

/** Where the system refused and delayed as AWS does, with what settings; null: left out. Absent: not known. */
const teeth = z.record(z.string(), z.record(z.string(), z.number()).nullable()).optional();

const permissions = z.record(z.string(), z.record(z.string(), z.array(z.string())));

const record = z.object({
  scenario: z.string(),
  passed: z.boolean(),
  runs: z.number().int().positive(),
  /** The day on which it was measured, as 2026-11-27. */
  day: z.iso.date(),
  /** Where the figures are from, when not from `npm run measure`. */
  origin: z.string().optional(),
  cores: z.number().int().positive(),
  /** As root every node has a network of its own; otherwise all share loopback. */
  root: z.boolean(),
  /** The programs that ran, by name: their versions, not those that are deployed. */
  programs: z.record(z.string(), z.string()),
  teeth,
  /** By measurement; the names are those of `npm run drill -- --json`. */
  measurements: z.record(z.string(), figure),
  /** What did not hold, one sentence each. */
  failed: z.array(z.string()),
});

/** What is kept of one drill of one version: docs/measurements/<version>/<scenario>.json. */
export type MeasuredDrill = z.infer<typeof record>;

const drillResult = z.object({
  scenario: z.string(),
  passed: z.boolean(),
  teeth,
  permissions: permissions.optional(),
  runs: z.array(z.object({ error: z.string().optional() })),
  summary: z.object({
    measurements: z.record(z.string(), z.object({ median: z.number(), worst: z.number() })),
    checks: z.array(
      z.object({
        name: z.string(),
        passed: z.boolean(),
        value: z.number().nullable(),
        limit: z.number(),
        unit: z.string(),
        rule: z.string(),
      }),
    ),
  }),
});
/** Of one scenario, as `npm run drill -- --json` writes it; nothing that is kept needs more of it. */
export type DrillFigures = z.infer<typeof drillResult>;

/** @throws UserError that names the file and what is wrong in it */
export function parseRecord(text: string, file: string): MeasuredDrill {
  return parsed(record, text, file, 'what `npm run measure` keeps of a drill');
}

/** docs/measurements/<version>/permissions.json. @throws UserError */
export const parsePermissions = (text: string, file: string): Permissions =>
  parsed(permissions, text, file, 'what `npm run measure` keeps of the permissions that were used');

/** One result per scenario: a family such as `query-path` has several. @throws UserError */
export function parseDrillResult(text: string, file: string): DrillFigures[] {
  const either = z.union([z.object({ parts: z.array(drillResult) }), drillResult]);
  const result = parsed(either, text, file, 'the JSON of `npm run drill -- --json`');
  return 'parts' in result ? result.parts : [result];
}

function parsed<T>(schema: z.ZodType<T>, text: string, file: string, expected: string): T {
  const fail = (got: string): UserError =>
    new UserError({ what: 'these measurements cannot be read', where: file, got, expected, fix: 'measure it again' });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail((error as Error).message);
  }
  const result = schema.safeParse(json);
  if (!result.success) throw fail(z.prettifyError(result.error));
  return result.data;
}
