import { generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import type { CertificateAnswer, OwnCertificate, TrustBundle } from '../../lib/contract/documents/trust';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { certificateHolds, whyAsk } from '../../lib/core/trust/renewal';
import type { Clock } from '../../lib/shell/async/clock';
import { makeRequest, publicKeyOf } from '../../lib/shell/trust/request';
import type { TrustStore } from '../../lib/shell/trust/store';
import type { Log } from '../base/log';
import type { TrustFiles } from './files';

export interface TrustKeeperDeps {
  readonly config: Pick<NodeConfig, 'cluster' | 'shard' | 'node'>;
  readonly address: string;
  readonly store: Pick<TrustStore, 'readBundle' | 'writeRequest' | 'readAnswer'>;
  readonly files: TrustFiles;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly log: Log;
}

/** While all is as it is to be, ms. So soon a node takes back its trust. */
const BUNDLE_MS = 60_000;
/** Who was refused asks again. */
const AGAIN_MS = 5 * 60_000;
/** A request that nobody answers is made anew: it is good for a day. */
const REQUEST_MS = 6 * 3_600_000;

/** The node's certificate: asks for it, takes it, keeps it. What it has stays in use until there is another one. */
export class TrustKeeper {
  own: OwnCertificate | null;
  /** null: there is none. `unknown`: none was read yet, in this life or before. */
  bundle: TrustBundle | null | 'unknown';
  /** Why it was not given what it asked for last; null: it was, or waits. */
  refused: string | null = null;
  private asking: { readonly key: KeyObject; readonly at: number; readonly because: string } | null = null;
  private refusedAt = -Infinity;
  private bundleAt = -Infinity;

  constructor(private readonly deps: TrustKeeperDeps) {
    this.own = deps.files.readOwn();
    this.bundle = deps.files.readBundle() ?? 'unknown';
  }

  /** Why it asks, one sentence; null: it does not. */
  get asks(): string | null {
    return this.asking?.because ?? null;
  }

  /** It has a certificate that holds. */
  get certified(): boolean {
    return certificateHolds(this.own, this.deps.address, this.deps.clock.now());
  }

  /** @throws when S3 does not answer, or the disk takes nothing */
  async round(): Promise<void> {
    const { clock, address } = this.deps;
    await this.readBundle();
    if (this.asking !== null && clock.elapsed() - this.asking.at > REQUEST_MS) this.asking = null;
    if (this.asking !== null) return this.take(this.asking.key);
    if (clock.elapsed() - this.refusedAt < AGAIN_MS) return;
    const because = whyAsk(this.own, known(this.bundle), address, clock.now());
    if (because !== null) await this.ask(because);
  }

  private async readBundle(): Promise<void> {
    const { store, files, clock, log } = this.deps;
    const settled = this.asking === null && known(this.bundle)?.gossip.tls === true;
    if (settled && clock.elapsed() - this.bundleAt < BUNDLE_MS) return;
    const read = (await store.readBundle())?.bundle ?? null;
    this.bundleAt = clock.elapsed();
    // One that was known does not vanish: who removed it has it made anew.
    if (read === null && known(this.bundle) !== null) return;
    const before = known(this.bundle);
    if (read !== null && read.generation !== before?.generation) {
      files.keepBundle(read);
      log('info', 'trust-changed', {
        generation: read.generation,
        gossip: read.gossip,
        signs: read.authorities.length,
      });
    }
    this.bundle = read;
  }

  private async ask(because: string): Promise<void> {
    const { config, address, store, clock, log } = this.deps;
    const { shard, node } = config;
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const at = new Date(clock.now()).toISOString();
    await store.writeRequest(makeRequest(config.cluster, { shard, node, address, at }, key));
    this.asking = { key, at: clock.elapsed(), because };
    log('info', 'certificate-asked-for', { because });
  }

  private async take(key: KeyObject): Promise<void> {
    const { config, store, files, address, clock, log } = this.deps;
    const answer = await store.readAnswer(config);
    const publicKey = publicKeyOf(key);
    if (answer === null || answer.publicKey !== publicKey) return;
    this.refused = answer.refused ?? this.whyNot(answer, publicKey);
    if (this.refused !== null) {
      this.asking = null;
      this.refusedAt = clock.elapsed();
      log('error', 'certificate-refused', { because: this.refused });
      return;
    }
    const own: OwnCertificate = { version: 1, address, issuedAt: new Date(clock.now()).toISOString(), answer };
    files.keep(own, key);
    this.own = own;
    this.asking = null;
    log('info', 'certificate-taken', { until: answer.given!.until });
  }

  /** Why this certificate is of no use here, one sentence; null: it is what was asked for. */
  private whyNot({ given }: CertificateAnswer, publicKey: string): string | null {
    if (given === null) return 'There is no certificate in the answer.';
    const certificate = new X509Certificate(given.certificate);
    const authorities = known(this.bundle)?.authorities ?? [];
    if (certificate.publicKey.export({ type: 'spki', format: 'der' }).toString('base64') !== publicKey)
      return 'The certificate is for another key.';
    if (certificate.checkIP(this.deps.address) === undefined)
      return `The certificate is for ${certificate.subjectAltName ?? 'no address'}, and this node is at ${this.deps.address}.`;
    const signed = authorities.some((one) => certificate.verify(new X509Certificate(one.certificate).publicKey));
    return signed ? null : 'Nobody whom the cluster trusts has signed the certificate.';
  }
}

const known = (bundle: TrustBundle | null | 'unknown'): TrustBundle | null => (bundle === 'unknown' ? null : bundle);
