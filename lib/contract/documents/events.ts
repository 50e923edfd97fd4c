import * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { amount, name, fields, optional, text, time } from '../shape';
import { configPointer } from './config';

/** What Lambda gives to the functions. Each reads the parts that it knows. */
const FIX = 'call it with one of these';
const maxBytes = 256 * 1024;

const alarm = fields({
  source: z.literal('aws.cloudwatch', 'aws.cloudwatch'),
  alarmData: fields({ alarmName: text, state: fields({ value: text }) }),
});

/** What CloudWatch sends to a function that is an alarm's action, as far as it is used here. */
export const ALARM_EVENT = documentFormat({ what: "alarm's event", shape: alarm, maxBytes, fix: FIX });

const schedule = fields({
  source: z.literal('schedule', 'schedule'),
  /** Of health-check: the configuration that was deployed last. */
  config: optional(configPointer),
  /** When EventBridge made the event; beside `config`. Absent in schedules of an earlier version. */
  time: optional(time),
});

/** The constant input of an EventBridge schedule. */
export const SCHEDULE_EVENT = documentFormat({ what: "schedule's event", shape: schedule, maxBytes, fix: FIX });

const due = fields({
  source: z.literal('health-check', 'health-check'),
  /** Then health-check looks anew, and calls again if there is still something to do. ms. */
  forMs: amount,
});

/** What health-check sends to a function that has something to do. */
export const DUE_EVENT = documentFormat({ what: "health-check's event", shape: due, maxBytes, fix: FIX });

const wake = fields({ source: z.literal('wake', 'wake') });

/** The daily input of functions that have nothing to do for weeks: Lambda would take their network away. */
export const WAKE_EVENT = documentFormat({ what: "daily call's event", shape: wake, maxBytes, fix: FIX });

const operator = fields({ source: z.literal('operator', 'operator') });
export const OPERATOR_EVENT = documentFormat({ what: "operator's event", shape: operator, maxBytes, fix: FIX });

const agent = fields({
  source: z.literal('agent', 'agent'),
  /** The node whose Prometheus exited. */
  exited: optional(name),
});

/** What an agent sends to promote-alerting. */
export const AGENT_EVENT = documentFormat({ what: "agent's event", shape: agent, maxBytes, fix: FIX });

const remedy = fields({
  source: z.enum(['agent', 'operator'], 'agent or operator'),
  remedy: name,
  /** Only from an agent: the node whose Alertmanager notified it. */
  node: optional(name),
});

/** What an agent sends to reconnect-redis when an alert calls a remedy, and an operator to try one. */
export type RemedyRequest = ReadOnly<z.output<typeof remedy>>;
export const REMEDY_REQUEST = documentFormat({ what: 'request for a remedy', shape: remedy, maxBytes, fix: FIX });
