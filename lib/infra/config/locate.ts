import type ts from 'typescript';
import { compiler } from './typescript';

export type SettingPath = readonly (string | number)[];

/**
 * Where a setting of config/cluster.ts stands, as file:line:column: the property itself, or the nearest one around
 * it when it is missing or comes from a variable.
 */
export function locateSetting(file: string, text: string, path: SettingPath): string {
  const { createSourceFile, ScriptTarget } = compiler();
  const source = createSourceFile(file, text, ScriptTarget.Latest, true);
  const found = nearest(rootObject(source) ?? source, path);
  const { line, character } = source.getLineAndCharacterOfPosition(found.getStart());
  return `${file}:${line + 1}:${character + 1}`;
}

/** The argument of defineCluster(…). */
export function rootObject(source: ts.SourceFile): ts.Node | undefined {
  const { isCallExpression, forEachChild } = compiler();
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (found === undefined && isCallExpression(node) && node.expression.getText() === 'defineCluster') {
      found = node.arguments[0];
    }
    if (found === undefined) forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function nearest(node: ts.Node, path: SettingPath): ts.Node {
  const ts = compiler();
  const [step, ...rest] = path;
  if (step === undefined) return node;
  const inner = ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? node.expression : node;
  if (ts.isArrayLiteralExpression(inner) && typeof step === 'number') {
    const element = inner.elements[step];
    return element === undefined ? node : nearest(element, rest);
  }
  if (ts.isObjectLiteralExpression(inner)) {
    const property = inner.properties.find((p) => p.name !== undefined && nameOf(p.name) === String(step));
    if (property === undefined) return node;
    const isLast = rest.length === 0;
    return isLast || !ts.isPropertyAssignment(property) ? property : deeper(property, rest);
  }
  return node;
}

/** Below a property; the property itself when what is looked for is not written there. */
function deeper(property: ts.PropertyAssignment, rest: SettingPath): ts.Node {
  const found = nearest(property.initializer, rest);
  return found === property.initializer ? property : found;
}

function nameOf(name: ts.PropertyName): string {
  const ts = compiler();
  return ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNumericLiteral(name) ? name.text : name.getText();
}
