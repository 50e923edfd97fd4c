import { z } from 'zod';
import { parseDuration } from '../../../contract/duration';
import { parseCidr } from '../check/cidr';

/** Values of which there are several; messages are what was expected. */
export const resourceName = z
  .string({ error: 'a name' })
  .regex(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/, '2 to 32 lower-case letters, digits and dashes, beginning with a letter');

export const duration = z
  .string({ error: 'a duration' })
  .refine((text) => (parseDuration(text) ?? 0) > 0, "a duration in Prometheus's form, such as 15s or 15d");

export const positive = z.number({ error: 'a number' }).positive('more than 0');

export const wholeNumber = z.number({ error: 'a number' }).int('a whole number').positive('more than 0');

export const zone = z
  .string({ error: 'an availability zone' })
  .regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'an availability zone such as eu-west-1a');

export const cidr = z
  .string({ error: 'an IPv4 range' })
  .refine((text) => parseCidr(text) !== null, 'an IPv4 range such as 10.0.0.0/16, with its first address');

export const hostName = z
  .string({ error: 'a DNS name' })
  .regex(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/,
    'a DNS name such as metrics.example.com, in lower case and without a dot at its end',
  );

/** Of ACM; an NLB takes those of its own region. */
export const certificate = z
  .string({ error: 'the ARN of a certificate' })
  .regex(
    /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
    'the ARN of a certificate: arn:aws:acm:REGION:ACCOUNT:certificate/…',
  );

export const hostedZone = z
  .string({ error: "a hosted zone's id" })
  .regex(/^Z[A-Z0-9]{1,31}$/, "a hosted zone's id such as Z0123456789ABCDEFGHIJ");

export const IMAGE_ID = /^ami-[0-9a-f]{8,17}$/;
