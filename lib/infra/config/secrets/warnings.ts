import { usersOf } from '../../../core/rendering/secrets/uses';
import type { Cluster } from '../cluster';
import type { SettingPath } from '../locate';
import type { Native } from '../native/native';

/** Secrets that nothing names. */
export function secretWarnings(
  { secrets = {} }: Cluster,
  { native, alertmanager }: { readonly native: Native | null; readonly alertmanager: string },
  locate: (path: SettingPath) => string,
): string[] {
  const names = Object.keys(secrets);
  if (names.length === 0) return [];
  const texts: Readonly<Record<string, string>> = {
    'prometheus.yml': native?.text ?? '',
    'alertmanager.yml': alertmanager,
  };
  const used = usersOf({ declared: secrets, texts: {} }, (file) => texts[file] ?? '');
  const idle = names.filter((name) => !used.has(name));
  return idle.map(
    (name) => `${locate(['secrets', name])}: neither prometheus.yml nor alertmanager.yml names the secret ${name}`,
  );
}
