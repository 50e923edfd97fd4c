/**
 * What the VPC's resolver remembers: a name that was asked for while it was not there stays unknown for so long, whatever
 * has been registered since. `until`: by name, when it may be asked for again, ms; it is kept here.
 */
export function staysUnknown(
  until: Map<string, number>,
  { name, there, ttlMs }: { readonly name: string; readonly there: boolean; readonly ttlMs: number },
  now: number,
): boolean {
  if (now < (until.get(name) ?? 0)) return true;
  until.delete(name);
  if (there) return false;
  until.set(name, now + ttlMs);
  return true;
}
