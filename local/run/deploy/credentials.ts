import { z } from 'zod';

/** Whose: a role, or the one of an instance profile. */
export type RunsUnder = { readonly role: string } | { readonly instanceProfile: string };

/** Environment variables with credentials of what runs under that identity, named as AWS names its session. */
export type Sessions = (who: RunsUnder, session: string) => Promise<Readonly<Record<string, string>>>;

const answer = z.object({ accessKeyId: z.string(), secretAccessKey: z.string(), sessionToken: z.string() });

/** Sessions of deployed roles; asked twice for the same, it gives the same. */
export function deployedSessions(endpoint: string): Sessions {
  const known = new Map<string, ReturnType<Sessions>>();
  return (who, session) => {
    const body = JSON.stringify({ ...who, session });
    const found = known.get(body) ?? askFor(`${endpoint}/_promha/credentials`, body);
    known.set(body, found);
    return found;
  };
}

/** Everybody may do everything. */
export const ownersSessions: Sessions = () => Promise.resolve({});

/** While it reads back what was deployed a busy machine has better things to do than this. */
const TIMEOUT_MS = 60_000;

async function askFor(url: string, body: string): ReturnType<Sessions> {
  const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`no credentials for ${body}: the emulator answered ${response.status}`);
  const { accessKeyId, secretAccessKey, sessionToken } = answer.parse(await response.json());
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
}

/** The end of an ARN: what IAM's API calls a role or an instance profile. */
export const nameInArn = (arn: string): string => arn.split('/').at(-1)!;
