import type { FlagSettings } from '../../core/import/flags';

/** What an import found, before anything of it is changed. */
export interface Gathered {
  /** As people see where it is from. */
  readonly prometheus: UsersText;
  readonly alertmanager: UsersText | null;
  /** Place below config/ → text: rules, jobs, targets, certificates, templates. */
  readonly files: Readonly<Record<string, string>>;
  /** What does not come along, or came along otherwise; one line each. */
  readonly told: readonly string[];
  /** Version of the Prometheus that ran it; null where nobody says. */
  readonly version: string | null;
  /** What localhost meant to it; null where it is not known. */
  readonly host: string | null;
  /** What its flags are in cluster.ts. */
  readonly flags: FlagSettings;
}

export interface UsersText {
  readonly file: string;
  readonly text: string;
}

/** Files by their place; two that would have the same keep apart. */
export class Files {
  private readonly texts = new Map<string, string>();

  /** @param path where it was, absolute: its second place if another file has the first */
  add(place: string, path: string, text: string): void {
    const there = this.texts.get(place);
    this.texts.set(there === undefined || there === text ? place : path.replace(/^\/+/, ''), text);
  }

  all(): Record<string, string> {
    return Object.fromEntries(this.texts);
  }
}

export const isUrl = (source: string): boolean => /^https?:\/\//i.test(source);
