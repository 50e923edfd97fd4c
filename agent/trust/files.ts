import { createHash, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  OWN_CERTIFICATE,
  TRUST_BUNDLE,
  type OwnCertificate,
  type TrustBundle,
} from '../../lib/contract/documents/trust';
import type { PeerCertificate } from '../../lib/shell/alertmanager/gossip';
import { ownFile, writeAtomically, type Owner } from '../base/files';
import type { Log } from '../base/log';
import { readState } from '../base/state-file';

/** What a node keeps of certificates, on its own disk: with it, it starts while neither S3 nor the issuer answers. */
export class TrustFiles {
  /** Read at every handshake: another certificate in it needs no restart. */
  private readonly node: string;

  constructor(
    private readonly directory: string,
    /** Who may read the key beside this agent. */
    private readonly readers: () => Owner,
    private readonly log: Log,
  ) {
    this.node = join(directory, NODE_FILE);
  }

  readOwn(): OwnCertificate | null {
    // Without its key it is worth nothing.
    return existsSync(this.node) ? readState<OwnCertificate | null>(OWN_CERTIFICATE, this.own, null, this.log) : null;
  }

  readBundle(): TrustBundle | null {
    return readState<TrustBundle | null>(TRUST_BUNDLE, this.bundle, null, this.log);
  }

  /** Key and certificate in one file, so that nobody reads one without the other. */
  keep(own: OwnCertificate, key: KeyObject): void {
    const pem = key.export({ type: 'pkcs8', format: 'pem' }) as string;
    writeAtomically(this.node, `${own.answer.given!.certificate}${pem}`, this.readers());
    writeAtomically(this.own, OWN_CERTIFICATE.serialize(own), ownFile());
  }

  keepBundle(bundle: TrustBundle): void {
    const file = this.gossip(bundle);
    const authorities = authoritiesOf(file);
    writeAtomically(authorities, bundle.authorities.map(({ certificate }) => certificate).join(''), this.readers());
    writeAtomically(file, gossipConfig(this.node, authorities), this.readers());
    // Last: it says that the others are there.
    writeAtomically(this.bundle, TRUST_BUNDLE.serialize(bundle), ownFile());
  }

  /** Alertmanager's for its gossip. It reads whom to trust when it starts: of others it is another file. */
  gossip({ authorities }: TrustBundle): string {
    const hash = createHash('sha256').update(JSON.stringify(authorities.map(({ certificate }) => certificate)));
    return join(this.directory, `gossip-${hash.digest('hex').slice(0, 12)}.yml`);
  }

  private get own(): string {
    return join(this.directory, 'own.json');
  }

  private get bundle(): string {
    return join(this.directory, 'bundle.json');
  }
}

/** What Alertmanager shows by that configuration, for its own agent. @throws when a file is not there */
export function peerBy(gossipConfig: string): PeerCertificate {
  const own = readFileSync(join(dirname(gossipConfig), NODE_FILE));
  return { cert: own, key: own, ca: readFileSync(authoritiesOf(gossipConfig)) };
}

const NODE_FILE = 'node.pem';
const authoritiesOf = (gossipConfig: string): string => gossipConfig.replace(/\.yml$/, '.pem');

/** Each shows a certificate of the cluster, and is asked for one. */
function gossipConfig(node: string, authorities: string): string {
  const [own, trusted] = [JSON.stringify(node), JSON.stringify(authorities)];
  return [
    'tls_server_config:',
    `  cert_file: ${own}`,
    `  key_file: ${own}`,
    `  client_ca_file: ${trusted}`,
    '  client_auth_type: RequireAndVerifyClientCert',
    '  min_version: TLS13',
    'tls_client_config:',
    `  cert_file: ${own}`,
    `  key_file: ${own}`,
    `  ca_file: ${trusted}`,
    '  min_version: TLS13',
    '',
  ].join('\n');
}
