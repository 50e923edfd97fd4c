import { PROFILES } from '../../../contract/profile';
import { rulesIn, type ProfiledBundle } from '../../../core/rendering/render';
import { parseYaml } from '../yaml-file';

/** Written into a rule, as a comment, with the reason: whoever wrote it has looked at it. */
const ACKNOWLEDGED = 'profile-safe:';

/** Rules that do not mean the same in a slower scrape profile; one line each, with its place. */
export function profileWarnings(bundle: ProfiledBundle, label: (file: string) => string): string[] {
  // Read once each: there may be a warning of every rule.
  const read = new Map(Object.entries(bundle.rules).map(([file, text]) => [file, parseYaml(label(file), text, [])]));
  return PROFILES.flatMap((profile) =>
    rulesIn(profile, bundle).lost.flatMap(({ file, path, rule, lost }) => {
      const yaml = read.get(file);
      const [from, , to] = yaml?.node(path.slice(0, -1))?.range ?? [0, 0, 0];
      if (bundle.rules[file]!.slice(from, to).includes(ACKNOWLEDGED)) return [];
      const where = yaml?.where(path) ?? label(file);
      return `${where}: in the scrape profile '${profile}' ${rule} does not keep its meaning: ${lost.join('; ')}`;
    }),
  );
}
