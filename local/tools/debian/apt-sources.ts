/** One archive that the machine's own apt uses. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** The options of a one-line entry, e.g. `signed-by=/usr/share/keyrings/x.gpg`; order as found. */
  readonly options: Readonly<Record<string, string>>;
}

/** Deb822 (.sources) stanzas of binary packages that are enabled. */
export function parseDeb822(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const stanza of text.split(/\n[ \t]*\n/)) {
    const fields = new Map<string, string>();
    let last = '';
    for (const line of stanza.split('\n')) {
      if (line.startsWith('#')) continue;
      const field = /^([A-Za-z-]+)\s*:\s*(.*)$/.exec(line);
      if (field) {
        last = field[1]!.toLowerCase();
        fields.set(last, field[2]!.trim());
      } else if (/^\s+\S/.test(line) && last !== '') {
        fields.set(last, `${fields.get(last)!}\n${line.trim()}`);
      }
    }
    const words = (name: string): string[] => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || /^(no|false|0)$/i.test(fields.get('enabled') ?? 'yes')) continue;
    const signedBy = fields.get('signed-by');
    const options: Record<string, string> = {};
    // An inline key (several lines) cannot be said in a one-line entry; apt's own keyrings serve then.
    if (signedBy !== undefined && !signedBy.includes('\n')) options['signed-by'] = signedBy;
    if (fields.has('trusted')) options.trusted = fields.get('trusted')!;
    for (const uri of words('uris'))
      sources.push({ uri, suites: words('suites'), components: words('components'), options });
  }
  return sources;
}

/** Classic one-line entries: `deb [options] uri suite component…`. */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const entry = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (!entry) return [];
    const [, options = '', uri, suite, components = ''] = entry;
    const pairs = options
      .trim()
      .split(/\s+/)
      .filter((pair) => /^(signed-by|trusted)=/i.test(pair));
    return [
      {
        uri: uri!,
        suites: [suite!],
        components: components
          .trim()
          .split(/\s+/)
          .filter((word) => word !== ''),
        options: Object.fromEntries(
          pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
        ),
      },
    ];
  });
}

/** The archive that carries the machine's own release, null when apt has none. */
export function mainArchive(sources: readonly AptSource[], codename: string): AptSource | null {
  return sources.find((source) => source.components.includes('main') && source.suites.includes(codename)) ?? null;
}

export function oneLine(source: AptSource, suite: string): string {
  const options = Object.entries(source.options).map(([name, value]) => `${name}=${value.split(/\s+/).join(',')}`);
  return `deb ${options.length === 0 ? '' : `[${options.join(' ')}] `}${source.uri} ${suite} main`;
}
