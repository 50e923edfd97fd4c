import { Document, isMap, isScalar, isSeq, Pair, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import { AS_WRITTEN, documentAsWritten } from '../../../core/rendering/as-written';

type Path = readonly (string | number)[];

/** A configuration with little in it, which is refused if what stands at `path` is wrong. */
export interface ConfigPart {
  readonly path: Path;
  readonly text: string;
}

/** Name of the receiver of parts that are not about receivers. */
const NOBODY = 'nobody';

/**
 * A configuration of Alertmanager in parts that are each judged alone: amtool ends at the first mistake, and of most it
 * names no line.
 */
export function configParts(text: string): ConfigPart[] {
  const document = documentAsWritten(text);
  const root = document.contents;
  if (!isMap(root)) return [];
  const global = root.get('global', true) as Node | undefined;
  const part = (path: Path, content: Readonly<Record<string, unknown>>): ConfigPart => ({
    path,
    text: written(content),
  });
  const shared = global === undefined ? {} : { global };
  const rest = root.items.flatMap((item) => {
    const key = isScalar(item.key) ? String(item.key.value) : '';
    return KNOWN.includes(key) ? [] : [part([key], { ...skeleton([]), [key]: item.value })];
  });
  return [
    ...(global === undefined ? [] : [part(['global'], { ...skeleton([]), global })]),
    ...rest,
    ...elements(root, 'inhibit_rules').map(([path, one]) => part(path, { ...skeleton([]), inhibit_rules: [one] })),
    ...['time_intervals', 'mute_time_intervals'].flatMap((key) =>
      elements(root, key).map(([path, one]) => part(path, { ...skeleton([]), [key]: [one] })),
    ),
    ...elements(root, 'receivers').flatMap(([path, one]) =>
      receiverParts(one, path).map(({ at, receiver }) =>
        part(at, { ...shared, route: { receiver: NOBODY }, receivers: [{ name: NOBODY }, receiver] }),
      ),
    ),
    ...routeParts(document, root).map(({ path, text }) => ({ path, text })),
  ];
}

/** The same part without one of its keys each: the one without which it is taken was wrong. */
export function withoutEachKey(text: string, part: ConfigPart): readonly (ConfigPart & { readonly key: string })[] {
  const document = documentAsWritten(text);
  const node = document.getIn(part.path, true);
  if (!isMap(node)) return [];
  return node.items.flatMap((item) => {
    const key = isScalar(item.key) ? String(item.key.value) : null;
    if (key === null || key === 'name') return [];
    const less = documentAsWritten(text);
    less.deleteIn([...part.path, key]);
    const again = configParts(String(less)).find(({ path }) => path.join('.') === part.path.join('.'));
    return again === undefined ? [] : [{ path: [...part.path, key], text: again.text, key }];
  });
}

const KNOWN = ['global', 'inhibit_rules', 'time_intervals', 'mute_time_intervals', 'receivers', 'route', 'templates'];

const skeleton = (names: readonly string[]): Record<string, unknown> => ({
  route: { receiver: NOBODY },
  receivers: [NOBODY, ...names].map((name) => ({ name })),
});

/** Of a list at the top: its elements with their paths. */
function elements(root: YAMLMap, key: string): [Path, unknown][] {
  const list = root.get(key, true);
  return isSeq(list) ? list.items.map((one, i) => [[key, i], one]) : [];
}

/** One of its integrations each; the name stands apart. */
function receiverParts(receiver: unknown, path: Path): { readonly at: Path; readonly receiver: unknown }[] {
  if (!isMap(receiver)) return [{ at: path, receiver }];
  const name = 'somebody';
  return receiver.items.flatMap((item) => {
    const key = isScalar(item.key) ? String(item.key.value) : '';
    if (key === 'name') return [];
    if (!isSeq(item.value)) return [{ at: [...path, key], receiver: { name, [key]: item.value } }];
    return item.value.items.map((one, i) => ({ at: [...path, key, i], receiver: { name, [key]: [one] } }));
  });
}

/** Each route without its children, below a root that takes everything. */
function routeParts(document: Document.Parsed, root: YAMLMap): ConfigPart[] {
  const names = elements(root, 'receivers').flatMap(([, one]) => (isMap(one) ? [String(one.get('name'))] : []));
  const intervals = Object.fromEntries(
    ['time_intervals', 'mute_time_intervals'].map((key) => [
      key,
      elements(root, key).flatMap(([, one]) => (isMap(one) ? [{ name: one.get('name'), time_intervals: [] }] : [])),
    ]),
  );
  const found: ConfigPart[] = [];
  const visit = (route: unknown, path: Path): void => {
    if (!isMap(route)) return;
    const alone = new YAMLMap();
    alone.items = route.items.filter((item) => !isScalar(item.key) || item.key.value !== 'routes');
    const own = path.length === 1 ? alone : { receiver: NOBODY, routes: [alone] };
    found.push({ path, text: written({ ...skeleton([...new Set(names)]), ...intervals, route: own }) });
    const children = route.get('routes', true);
    if (isSeq(children)) children.items.forEach((child, i) => visit(child, [...path, 'routes', i]));
  };
  visit(document.get('route', true), ['route']);
  return found;
}

/** Nodes as they stand in their file, the rest as texts. */
function written(content: Readonly<Record<string, unknown>>): string {
  const document = new Document(undefined, AS_WRITTEN);
  document.contents = nodeOf(content) as YAMLMap;
  return document.toString({ lineWidth: 0, verifyAliasOrder: false });
}

function nodeOf(value: unknown): unknown {
  if (value === null || value === undefined) return new Scalar(null);
  if (typeof value === 'string') return new Scalar(value);
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.items = value.map(nodeOf);
    return list;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const map = new YAMLMap();
  map.items = Object.entries(value as object).map(([key, v]) => new Pair(new Scalar(key), nodeOf(v)));
  return map;
}
