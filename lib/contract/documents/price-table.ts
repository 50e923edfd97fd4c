import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { amount, fields, mapOf, text, version1 } from '../shape';

/** Each in the table's currency, for one unit. */
const rates = fields({
  lambdaRequest: amount,
  lambdaGbSecondArm: amount,
  lambdaGbSecondX86: amount,
  /** PUT, COPY, POST and LIST. */
  s3Write: amount,
  /** GET and all others. */
  s3Read: amount,
  s3GbMonth: amount,
  metricMonth: amount,
  alarmMonth: amount,
  /** Of an alarm with periods below a minute. */
  alarmHighResolutionMonth: amount,
  dashboardMonth: amount,
  metricsRequest: amount,
  logsIngestedGb: amount,
  logsGbMonth: amount,
  keyMonth: amount,
  keyRequest: amount,
  topicRequest: amount,
  ebsGp3GbMonth: amount,
  ebsSnapshotGbMonth: amount,
  natGatewayHour: amount,
  publicAddressHour: amount,
  interfaceEndpointHour: amount,
  nlbHour: amount,
  nlbCapacityUnitHour: amount,
  fargateVcpuHourArm: amount,
  fargateGbHourArm: amount,
  fargateVcpuHourX86: amount,
  fargateGbHourX86: amount,
  fargateDiskGbHour: amount,
  hostedZoneMonth: amount,
  discoveryRequest: amount,
  /** A call of Secrets Manager, for up to 20 secrets. */
  secretRequest: amount,
});
export type Rate = keyof z.output<typeof rates>;

const priceTable = fields({
  version: version1,
  /** The day on which the prices held, as 2026-11-28. */
  date: text,
  region: text,
  currency: text,
  /** Where they are from, for people. */
  source: text,
  rates,
  /** Instance type → price of an hour, on demand. */
  instanceHours: mapOf(text, amount),
});

/** What AWS takes, without free tier, tax and discounts. */
export type PriceTable = ReadOnly<z.output<typeof priceTable>>;

export const PRICE_TABLE = documentFormat({
  what: 'table of prices',
  shape: priceTable,
  maxBytes: 1024 * 1024,
  fix: 'take lib/cli/costs/eu-west-1.json as a model',
});
