/** What a page in Markdown refers to. */

export interface Link {
  /** Relative to the page; '' is the page itself. */
  readonly target: string;
  /** Without the #. */
  readonly anchor: string;
}

const withoutBlocks = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```/gm, '');

/** Links that are not to another site. */
export function linksOf(text: string): Link[] {
  return [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, href]) => {
    if (/^[a-z]+:/.test(href!)) return [];
    const [target = '', anchor = ''] = href!.split('#');
    return [{ target: target.replace(/\/$/, ''), anchor }];
  });
}

/** As GitHub makes them of headings. */
export function anchorsOf(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Folders of this repository; what begins otherwise is a key in S3, a path on a node, or an API. */
const TOP = /^(\.ci|\.github|agent|bin|config|docs|exporters|lambdas|lib|local|test)(\/|$)/;

/** Files and folders in backticks, without a line number; `*` stands for any characters. What has a `<name>` in it is left out. */
export function namedPaths(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/`([^`\s]+)`/g)].flatMap(([, word]) => {
    const path = word!.replace(/:\d+$/, '').replace(/\/$/, '');
    if (!TOP.test(path) || !/^[\w.*/-]+$/.test(path) || !path.includes('/')) return [];
    return [path];
  });
}

export interface NamedCommand {
  readonly command: 'npm run' | 'promha';
  readonly name: string;
  /** The word after it, '' when it is a flag or none. */
  readonly argument: string;
}

/** `npm run <script>` and `npx promha <command>`, also in blocks. */
export function namedCommands(text: string): NamedCommand[] {
  const ours = /(npm run|npx promha) ([a-z][\w-]*)(?: (?:-- )?([a-z][a-z-]*))?/g;
  return [...text.matchAll(ours)].map(([, command, name, argument = '']) => ({
    command: command === 'npm run' ? command : 'promha',
    name: name!,
    argument,
  }));
}

/** `like-this`, in backticks: names of events, alarms, drills, functions. */
export function wordsInDashes(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, word]) => word!);
}
