import { createHash, randomBytes } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
} from '@peculiar/asn1-x509';

/** Makes a signature of ECDSA with SHA-256, in DER. */
export type Sign = (bytes: Uint8Array) => Promise<Uint8Array>;

/** What a certificate is made of. Public keys: SubjectPublicKeyInfo in base64. */
export interface CertificateOf {
  readonly name: string;
  readonly publicKey: string;
  readonly issuer: { readonly name: string; readonly publicKey: string };
  readonly from: Date;
  readonly until: Date;
  /** Of a node; null: of an authority. */
  readonly address: string | null;
}

const COMMON_NAME = '2.5.4.3';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';

/** As PEM. */
export async function makeCertificate(of: CertificateOf, sign: Sign): Promise<string> {
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_SHA256 });
  // Positive, and never with a zero in front.
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: exact(serial),
    signature: algorithm,
    issuer: nameOf(of.issuer.name),
    validity: new Validity({ notBefore: of.from, notAfter: of.until }),
    subject: nameOf(of.name),
    subjectPublicKeyInfo: keyOf(of.publicKey),
    extensions: new Extensions(extensionsOf(of)),
  });
  const signature = await sign(new Uint8Array(AsnConvert.serialize(tbsCertificate)));
  const made = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue: exact(signature) });
  const lines = Buffer.from(AsnConvert.serialize(made))
    .toString('base64')
    .match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extensionsOf({ publicKey, issuer, address }: CertificateOf): Extension[] {
  const extension = (extnID: string, critical: boolean, value: object): Extension =>
    new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
  const isAuthority = address === null;
  return [
    extension(
      id_ce_basicConstraints,
      true,
      new BasicConstraints(isAuthority ? { cA: true, pathLenConstraint: 0 } : {}),
    ),
    extension(
      id_ce_keyUsage,
      true,
      new KeyUsage(isAuthority ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature),
    ),
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyId(publicKey))),
    ...(isAuthority
      ? []
      : [
          extension(
            id_ce_authorityKeyIdentifier,
            false,
            new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyId(issuer.publicKey)) }),
          ),
          extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth, id_kp_clientAuth])),
          extension(id_ce_subjectAltName, false, new SubjectAlternativeName([new GeneralName({ iPAddress: address })])),
        ]),
  ];
}

const keyOf = (publicKey: string): SubjectPublicKeyInfo =>
  AsnConvert.parse(exact(Buffer.from(publicKey, 'base64')), SubjectPublicKeyInfo);

/** RFC 5280, 4.2.1.2 (1). */
const keyId = (publicKey: string): ArrayBuffer =>
  exact(
    createHash('sha1')
      .update(new Uint8Array(keyOf(publicKey).subjectPublicKey))
      .digest(),
  );

const nameOf = (name: string): Name =>
  new Name([
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({ type: COMMON_NAME, value: new AttributeValue({ utf8String: name }) }),
    ]),
  ]);

/** These bytes and no others: Node's buffers share one of their own. */
function exact(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}
