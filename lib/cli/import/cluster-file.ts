import { dirname, resolve } from 'node:path';
import type ts from 'typescript';
import type { FlagSettings } from '../../core/import/flags';
import { rootObject } from '../../infra/config/locate';
import { compiler } from '../../infra/config/typescript';

/** NewSettings of cluster.ts that an import brings along: the name of each with its value as TypeScript. */
export interface NewSettings extends Partial<FlagSettings> {
  readonly localhost?: string;
  readonly foreignAlertmanagers?: 'replaced';
  /** Name → name in Secrets Manager. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** As people would write them, one a line. */
export function settingsAsText(settings: NewSettings): string[] {
  const names = Object.keys(settings.secrets);
  return [
    ...Object.values(simple(settings)),
    ...(names.length === 0
      ? []
      : ['secrets: {', ...names.map((name) => `  ${declared(name, settings.secrets)}`), '},']),
  ];
}

/** Those that are one line each, by name. */
function simple({
  localhost,
  foreignAlertmanagers,
  prometheusFeatures = [],
  prometheusLimits = {},
}: NewSettings): Record<string, string> {
  const limits = Object.entries(prometheusLimits).map(
    ([key, value]) => `${key}: ${typeof value === 'number' ? value : quoted(value)}`,
  );
  const all = {
    localhost: localhost === undefined ? '' : quoted(localhost),
    foreignAlertmanagers: foreignAlertmanagers === undefined ? '' : quoted(foreignAlertmanagers),
    prometheusFeatures: prometheusFeatures.length === 0 ? '' : `[${prometheusFeatures.map(quoted).join(', ')}]`,
    prometheusLimits: limits.length === 0 ? '' : `{ ${limits.join(', ')} }`,
  };
  const said = Object.entries(all).filter(([, value]) => value !== '');
  return Object.fromEntries(said.map(([name, value]) => [name, `${name}: ${value},`]));
}

/**
 * The text of cluster.ts with settings that it has not yet; nothing that stands there changes. Null where there is no object
 * to add them to, as where it comes from a function.
 */
export function withSettings(file: string, text: string, settings: NewSettings): string | null {
  const ts = compiler();
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const root = rootObject(source);
  if (root === undefined || !ts.isObjectLiteralExpression(root)) return null;
  const there = (object: ts.ObjectLiteralExpression, name: string): ts.ObjectLiteralElementLike | undefined =>
    object.properties.find((one) => one.name !== undefined && nameOf(one.name) === name);
  const { secrets } = settings;
  const own = there(root, 'secrets');
  const inner = own !== undefined && ts.isPropertyAssignment(own) ? own.initializer : undefined;
  if (own !== undefined && (inner === undefined || !ts.isObjectLiteralExpression(inner))) return null;
  const newNames = Object.keys(secrets).filter(
    (name) => inner === undefined || there(inner as ts.ObjectLiteralExpression, name) === undefined,
  );
  const newSecrets = Object.fromEntries(newNames.map((name) => [name, secrets[name]!]));
  const lines = [
    ...Object.entries(simple(settings)).flatMap(([name, line]) => (there(root, name) === undefined ? [line] : [])),
    ...settingsAsText({ secrets: inner === undefined ? newSecrets : {} }),
  ];
  if (inner === undefined || newNames.length === 0) return addTo(text, root, lines);
  const ofSecrets = newNames.map((name) => declared(name, secrets));
  return withSettings(file, addTo(text, inner as ts.ObjectLiteralExpression, ofSecrets), settings);
}

const declared = (name: string, secrets: NewSettings['secrets']): string =>
  `${/^[A-Za-z_]\w*$/.test(name) ? name : quoted(name)}: { secretsManager: ${quoted(secrets[name]!)} },`;
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const nameOf = (name: ts.PropertyName): string => {
  const { isIdentifier, isStringLiteral } = compiler();
  return isIdentifier(name) || isStringLiteral(name) ? name.text : name.getText();
};

/** Behind the last property of an object. */
function addTo(text: string, object: ts.ObjectLiteralExpression, lines: readonly string[]): string {
  if (lines.length === 0) return text;
  const first = object.properties[0]?.getStart() ?? object.getEnd();
  const column = first - (text.lastIndexOf('\n', first - 1) + 1);
  const indent = ' '.repeat(/^\s*$/.test(text.slice(first - column, first)) ? column : 2);
  const last = object.properties.at(-1);
  const end = last?.getEnd() ?? object.getStart() + 1;
  const comma = last === undefined || object.properties.hasTrailingComma ? '' : ',';
  const place = object.properties.hasTrailingComma ? object.properties.end : end;
  const line = text.indexOf('\n', place);
  // A comment behind the last property stays with it.
  const rest = line === -1 ? '' : text.slice(place, line);
  const at = /^[ \t]*\/\/.*$/.test(rest) ? line : place;
  const written = lines.map((one) => `\n${indent}${one}`).join('');
  return `${text.slice(0, end)}${comma}${text.slice(end, at)}${written}${text.slice(at)}`;
}

/** The same text, loadable from anywhere: what it imports relatively is named absolutely. */
export function loadableAnywhere(file: string, text: string): string {
  const imported = compiler()
    .preProcessFile(text)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
  const dir = dirname(resolve(file));
  // `pos` is that of the quotation mark.
  return [...imported].reverse().reduce((changed, { fileName, pos }) => {
    const start = pos + 1;
    return `${changed.slice(0, start)}${resolve(dir, fileName)}${changed.slice(start + fileName.length)}`;
  }, text);
}
