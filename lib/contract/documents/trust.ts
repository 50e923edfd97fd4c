import * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { fields, flag, hostAddress, listOf, name, nullable, text, time, version1, whole } from '../shape';

/** A public key on the curve P-256: the beginning that all of them have, and a point. Nothing else has to be parsed. */
const publicKey = z
  .string('a public key')
  .check(
    z.regex(
      /^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==$/,
      'a public key of P-256: its SubjectPublicKeyInfo in base64',
    ),
  );
const base64 = z.string('base64').check(z.regex(/^[A-Za-z0-9+/]{1,160}={0,2}$/, 'at most 160 characters of base64'));
const certificate = z
  .string('a certificate')
  .check(
    z.regex(
      /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]{1,64}\n){1,60}-----END CERTIFICATE-----\n$/,
      'one certificate as PEM',
    ),
  );

const FIX = 'remove the object: the agent, or the function issue-certificates, writes it anew';

const request = fields({
  version: version1,
  shard: whole,
  node: name,
  /** Where the node is, which the certificate will say. */
  address: hostAddress,
  publicKey,
  /** ISO 8601, UTC. */
  at: time,
  /** ECDSA with SHA-256, DER in base64, of all of that: whoever asks has the private key. */
  proof: base64,
});

/** A node asks for a certificate (KEYS.certificateRequest). Its private key never leaves it. */
export type CertificateRequest = ReadOnly<z.output<typeof request>>;

export const CERTIFICATE_REQUEST = documentFormat({
  what: 'request for a certificate',
  shape: request,
  maxBytes: 4 * 1024,
  fix: FIX,
});

const answer = fields({
  version: version1,
  /** Of the request that this answers. */
  publicKey,
  /** ISO 8601, UTC. */
  at: time,
  given: nullable(
    fields({
      certificate,
      /** Its last moment. */
      until: time,
      /** Public key of whoever signed it. */
      authority: publicKey,
    }),
  ),
  /** Why there is none, one sentence; null: it was given. */
  refused: nullable(text),
});

/** What became of a request (KEYS.certificate). */
export type CertificateAnswer = ReadOnly<z.output<typeof answer>>;

export const CERTIFICATE_ANSWER = documentFormat({
  what: 'answer to a request for a certificate',
  shape: answer,
  maxBytes: 16 * 1024,
  fix: FIX,
});

const authority = fields({ publicKey, certificate, until: time });

/** Whoever signs certificates. */
export type Authority = ReadOnly<z.output<typeof authority>>;

const MOST_AUTHORITIES = 4;

const bundle = fields({
  version: version1,
  /** Raised by each change. */
  generation: whole,
  /** Whose certificates hold. The first one signs; those after it are on their way out. */
  authorities: listOf(authority).check(
    z.minLength(1, 'one authority or more'),
    z.maxLength(MOST_AUTHORITIES, `at most ${MOST_AUTHORITIES} authorities`),
  ),
  /** Two Alertmanagers of which only one speaks TLS do not hear each other: all change over at the same moment. */
  gossip: fields({ tls: flag, since: time }),
});

/** Whom nodes trust (KEYS.trust). */
export type TrustBundle = ReadOnly<z.output<typeof bundle>>;

export const TRUST_BUNDLE = documentFormat({ what: 'bundle of trust', shape: bundle, maxBytes: 32 * 1024, fix: FIX });

const own = fields({ version: version1, address: hostAddress, issuedAt: time, answer });

/** <state>/trust/own.json: the certificate that a node has, beside its key. */
export type OwnCertificate = ReadOnly<z.output<typeof own>>;

export const OWN_CERTIFICATE = documentFormat({
  what: "node's own certificate",
  shape: own,
  maxBytes: 32 * 1024,
  fix: 'remove the file: the agent asks for another one',
});
