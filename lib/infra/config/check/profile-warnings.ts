import { PROFILES } from '../../../contract/profile';
import { rulesIn, type ProfiledBundle } from '../../../core/rendering/render';
import { parseYaml } from '../yaml-file';

/** Rules that do not mean the same in a slower scrape profile; one line each, with its place. */
export function profileWarnings(bundle: ProfiledBundle, label: (file: string) => string): string[] {
  return PROFILES.flatMap((profile) =>
    rulesIn(profile, bundle).lost.map(({ file, path, rule, lost }) => {
      const where = parseYaml(label(file), bundle.rules[file]!, [])?.where(path) ?? label(file);
      return `${where}: in the scrape profile '${profile}' ${rule} does not keep its meaning: ${lost.join('; ')}`;
    }),
  );
}
