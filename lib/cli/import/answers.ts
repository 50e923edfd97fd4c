import * as z from 'zod/mini';
import { documentFormat } from '../../contract/document';
import { fields, listOf, mapOf, nullable, number, optional, orElse, text } from '../../contract/shape';

/** What a running Prometheus and Alertmanager answer, as far as import reads it. */
const fix = 'look at what listens there: another program may have the port';
const labels = mapOf(text, text);
const MOST = 256 * 1024 * 1024;

const answer = <T extends z.ZodMiniType>(data: T) =>
  documentFormat({ what: 'answer of Prometheus', shape: fields({ data }), maxBytes: MOST, fix });

export const LOADED_CONFIG = answer(fields({ yaml: text }));
export const FLAGS = answer(mapOf(text, text));
export const BUILD = answer(fields({ version: text }));
export const ALERTMANAGERS = answer(fields({ activeAlertmanagers: listOf(fields({ url: text })) }));
export const RULES = answer(
  fields({
    groups: listOf(
      fields({
        name: text,
        file: text,
        interval: orElse(number, 0),
        limit: orElse(number, 0),
        rules: listOf(
          fields({
            type: text,
            name: text,
            query: text,
            duration: orElse(number, 0),
            keepFiringFor: orElse(number, 0),
            labels: orElse(labels, {}),
            annotations: orElse(labels, {}),
          }),
        ),
      }),
    ),
  }),
);
export const DISCOVERED = answer(
  fields({
    activeTargets: listOf(fields({ discoveredLabels: labels })),
    droppedTargets: orElse(nullable(listOf(fields({ discoveredLabels: labels }))), null),
  }),
);

export const STATUS = documentFormat({
  what: "Alertmanager's status",
  shape: fields({ config: fields({ original: text }) }),
  maxBytes: MOST,
  fix,
});

export const SILENCES = documentFormat({
  what: "Alertmanager's list of silences",
  shape: listOf(
    fields({
      id: text,
      status: fields({ state: text }),
      matchers: listOf(
        fields({ name: text, value: text, isRegex: orElse(z.boolean(), false), isEqual: optional(z.boolean()) }),
      ),
      startsAt: text,
      endsAt: text,
      createdBy: orElse(text, ''),
      comment: orElse(text, ''),
    }),
  ),
  maxBytes: MOST,
  fix,
});
