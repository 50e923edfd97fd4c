import type { S3Client } from '@aws-sdk/client-s3';
import { MOVE, type Move } from '../../contract/documents/move';
import { KEYS } from '../../contract/keys';
import { s3Documents, type S3Documents } from '../../shell/assignment/s3-documents';
import type { ClusterHandle } from '../cluster/cluster';
import { NotNow } from '../exit';

/** It may be some megabytes. */
const TIMEOUT_MS = 20_000;

/** How far a move is, in the control bucket: one at a time, written by whoever read it last. */
export class Journal {
  private readonly documents: S3Documents;
  private etag: string | null = null;

  constructor(s3: S3Client, { controlBucket }: Pick<ClusterHandle, 'controlBucket'>) {
    this.documents = s3Documents(s3, controlBucket, TIMEOUT_MS);
  }

  /** null: no move was ever begun. */
  async read(): Promise<Move | null> {
    const read = await this.documents.read(MOVE, KEYS.move);
    this.etag = read?.etag ?? null;
    return read?.document ?? null;
  }

  /** @throws NotNow when somebody else has written it since */
  async write(next: Move): Promise<Move> {
    const etag = await this.documents.swap(MOVE, KEYS.move, next, this.etag);
    if (etag === null)
      throw new NotNow({
        what: 'somebody else goes on with the move',
        got: `${KEYS.move} has changed`,
        expected: 'one at a time',
        fix: 'look at `npx promha move status`, and call it again',
      });
    this.etag = etag;
    return next;
  }
}
