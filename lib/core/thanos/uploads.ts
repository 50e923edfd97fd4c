/** What a node's data directory says about its uploads. Times in ms since the Unix epoch. */
export interface UploadSituation {
  /** Blocks that were uploaded, by their ids (thanos.shipper.json). */
  readonly uploaded: readonly string[];
  /** Blocks on disk. */
  readonly blocks: readonly string[];
  /** When the data directory was made. */
  readonly bornAt: number;
  readonly blockDurationMs: number;
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;

/** When a block was made, by its id; null when it is no block's id. Format: https://github.com/ulid/spec. */
export function ulidTime(id: string): number | null {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)) return null;
  return [...id.slice(0, TIME_DIGITS)].reduce((time, digit) => time * 32 + ALPHABET.indexOf(digit), 0);
}

/** A block is cut when the head holds one and a half. */
const FIRST_BLOCK_AFTER = 1.5;

/** How long ago the newest uploaded block was made, or could have been for the first time; ms, never negative. */
export function uploadAgeMs({ uploaded, bornAt, blockDurationMs }: UploadSituation, now: number): number {
  const made = uploaded.map(ulidTime).filter((time) => time !== null);
  const since = made.length > 0 ? Math.max(...made) : bornAt + FIRST_BLOCK_AFTER * blockDurationMs;
  return Math.max(0, now - since);
}

/** Blocks on disk that still wait for their upload. */
export function waitingBlocks({ uploaded, blocks }: UploadSituation): string[] {
  const done = new Set(uploaded);
  return blocks.filter((id) => ulidTime(id) !== null && !done.has(id));
}

/** Uploads are tried every half minute. */
const STUCK_AFTER_MS = 10 * 60_000;

/** That uploads fail though the bucket answers, such as where it can be read but not written; else null. */
export function stuckUploads(situation: UploadSituation, now: number): string | null {
  const waiting = waitingBlocks(situation).sort();
  const [oldest] = waiting;
  if (oldest === undefined || now - ulidTime(oldest)! < STUCK_AFTER_MS) return null;
  const minutes = Math.floor((now - ulidTime(oldest)!) / 60_000);
  return `block ${oldest} was made ${minutes} min ago and is not uploaded (${waiting.length} wait): the sidecar's log says why`;
}

/** When a request was sent and its answer was there, by our clock, and what the answer's server took the time for; ms. */
export interface TimedAnswer {
  readonly sentAt: number;
  readonly answeredAt: number;
  /** From its header Date, which tells whole seconds. */
  readonly serverAt: number;
}

/** A clock that is off by less disturbs nobody. */
const TOLERATED_SKEW_MS = 2_000;

/**
 * That this node's clock is wrong by S3's, as far as one answer proves it; else null. Our own client never fails for it:
 * it learns the difference from the first refusal and signs with it from then on, which the sidecar does not.
 */
export function clockComplaint({ sentAt, answeredAt, serverAt }: TimedAnswer): string | null {
  const ahead = sentAt - (serverAt + 1_000);
  const behind = serverAt - answeredAt;
  const off = Math.max(ahead, behind);
  if (!(off > TOLERATED_SKEW_MS)) return null;
  return (
    `the clock of this node is ${Math.round(off / 1000)} s ${ahead > behind ? 'ahead of' : 'behind'} that of S3: its samples ` +
    'have wrong times, and beyond 15 min S3 refuses its uploads: repair its time synchronization'
  );
}

/** In a person's words, why the bucket for blocks refused; `name` and `message` as the AWS SDK gives them. */
export function bucketComplaint(bucket: string, name: string, message: string): string {
  switch (name) {
    case 'NoSuchBucket':
    case 'NotFound':
      return `the bucket ${bucket} does not exist: deploy the stateful stack`;
    case 'AccessDenied':
    case 'Forbidden':
      return `the bucket ${bucket} denies access: compare the node's role with the bucket's policy`;
    case 'RequestTimeTooSkewed':
      return `S3 refuses this node's clock (${message}): repair its time synchronization`;
    case 'InvalidAccessKeyId':
    case 'ExpiredToken':
    case 'CredentialsProviderError':
      return `the node has no valid credentials (${name}): is its instance profile attached?`;
    default:
      return `the bucket ${bucket} does not answer as it should (${name}: ${message})`;
  }
}
