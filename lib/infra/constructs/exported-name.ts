import { Reference, Stack, Tokenization } from 'aws-cdk-lib';

/**
 * The name under which another stack imports this attribute, e.g. a bucket's ARN: what a template and cdk-nag say in its
 * place. The CDK ends it with a hash of the attribute's path, so it is asked for instead of written down.
 *
 * @throws when it is no attribute of a resource
 */
export function exportedName(attribute: string): string {
  const reference = Tokenization.reverse(attribute);
  if (!Reference.isReference(reference)) throw new Error(`${attribute} is no attribute that a stack could export`);
  const owner = Stack.of(reference.target);
  const imported = owner.resolve(owner.exportValue(attribute)) as { readonly 'Fn::ImportValue': string };
  return imported['Fn::ImportValue'];
}
