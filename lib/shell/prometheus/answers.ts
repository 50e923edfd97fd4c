import * as z from 'zod/mini';
import { documentFormat } from '../../contract/document';
import { listOf, mapOf, nullable, number, fields, optional, orElse, text, time } from '../../contract/shape';

/** What Prometheus's HTTP API answers (https://prometheus.io/docs/prometheus/latest/querying/api/), as far as it is used. */
const labels = mapOf(text, text);
/** Seconds since the Unix epoch, and the value as text. */
const point = z.tuple([number, text], 'a time and a value');

export type Labels = Readonly<Record<string, string>>;

const answer = <T extends z.ZodMiniType>(data: T) =>
  documentFormat({
    what: 'answer of Prometheus',
    shape: fields({ data, warnings: orElse(listOf(text), []) }),
    maxBytes: Infinity, // whoever fetches it has its own limit
    fix: 'look at what listens there: another program may have the port',
  });

/** Go writes a list that nobody made as null: that of a rule's alerts before the first evaluation. */
const listOrNull = <T extends z.ZodMiniType>(item: T) =>
  orElse(
    z.pipe(
      nullable(listOf(item)),
      z.transform((list) => list ?? []),
    ),
    [],
  );

export const VECTOR = answer(fields({ result: listOf(fields({ metric: labels, value: point })) }));
export const SCALAR = answer(fields({ result: point }));
export const MATRIX = answer(fields({ result: listOf(fields({ metric: labels, values: listOf(point) })) }));
export const LABEL_VALUES = answer(listOf(text));
export const TARGETS = answer(
  fields({
    activeTargets: listOf(
      fields({
        labels,
        discoveredLabels: orElse(labels, {}),
        scrapeInterval: optional(text),
        scrapePool: optional(text),
      }),
    ),
  }),
);
export const RUNTIME = answer(fields({ storageRetention: optional(text), startTime: optional(text) }));
export const CONFIG = answer(fields({ yaml: text }));
export const WAL_REPLAY = answer(fields({ current: number }));
export const ALERTS = answer(
  fields({
    alerts: listOf(fields({ labels, state: text, activeAt: orElse(text, ''), annotations: orElse(labels, {}) })),
  }),
);
export const ALERTING_RULES = answer(
  fields({
    groups: listOf(
      fields({
        rules: listOf(
          fields({
            name: text,
            labels: orElse(labels, {}),
            /** Seconds: its `for`. */
            duration: orElse(number, 0),
            /** Seconds. */
            keepFiringFor: orElse(number, 0),
            /** "unknown": not evaluated since it was started. */
            health: text,
            alerts: listOrNull(fields({ labels, state: text, activeAt: orElse(text, '') })),
          }),
        ),
      }),
    ),
  }),
);

/** As Go writes a time that is not set. */
const NEVER = '0001-01-01T00:00:00Z';

export const RULE_GROUPS = answer(
  fields({
    groups: listOf(
      fields({
        name: orElse(text, ''),
        /** Seconds; of one evaluation 0 before the first. */
        interval: number,
        evaluationTime: orElse(number, 0),
        rules: listOf(fields({ alerts: listOrNull(fields({ state: text })) })),
        /** When the last finished evaluation began; of the year 1: none is. */
        lastEvaluation: orElse(time, NEVER),
      }),
    ),
  }),
);

/** Thanos query's list of the stores that it asks, by their kind. */
export const STORES = answer(
  mapOf(
    text,
    nullable(
      listOf(
        fields({
          name: orElse(text, ''),
          /** null: its last check was answered. */
          lastError: z.nullish(z.unknown()),
          labelSets: orElse(nullable(listOf(labels)), null),
        }),
      ),
    ),
  ),
);
