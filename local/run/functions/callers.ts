import { z } from 'zod';

/** Who calls: a service for one of its resources (a rule, an alarm), or whoever has an access key. */
export type ServiceOrKey =
  { readonly service: string; readonly sourceArn: string; readonly account: string } | { readonly key: string };

/** Whether IAM and the resource's own policy let the caller do that. */
export type MayCall = (caller: ServiceOrKey, action: string, resource: string) => Promise<boolean>;

const answer = z.object({ allowed: z.boolean() });

/** As the emulator judges by the deployed policies. Each question is asked once: policies only change with a deploy. */
export function deployedCallers(endpoint: string): MayCall {
  const known = new Map<string, Promise<boolean>>();
  return (caller, action, resource) => {
    const body = JSON.stringify({ action, resource, ...described(caller) });
    const found = known.get(body) ?? ask(`${endpoint}/_promha/authorize`, body);
    known.set(body, found);
    // Nothing was said while the emulator was stopped: AWS's own calls do not hang on it.
    return found.catch(() => {
      known.delete(body);
      return true;
    });
  };
}

export const everybodyMay: MayCall = () => Promise.resolve(true);

const described = (caller: ServiceOrKey): object =>
  'key' in caller
    ? { key: caller.key, context: {} }
    : {
        service: caller.service,
        context: { 'aws:SourceArn': caller.sourceArn, 'aws:SourceAccount': caller.account },
      };

async function ask(url: string, body: string): Promise<boolean> {
  const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(2_000) });
  return answer.parse(await response.json()).allowed;
}
