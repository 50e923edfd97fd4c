/** Intrinsics as plain text: `arn:of:<logical id>` for what a resource is called, AWS's own parameters as in one account. */
export const ACCOUNT = '123456789012';
const PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': 'eu-west-1',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};
const WITH_INTRINSIC = 1;

export const arnOf = (logicalId: string): string => `arn:of:${logicalId}`;

/** The same with every intrinsic replaced; what another stack exports is named as there. */
export function literal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === WITH_INTRINSIC && name !== undefined && (name === 'Ref' || name.startsWith('Fn::')))
    return intrinsic(name, argument);
  return Object.fromEntries(entries.map(([key, inner]) => [key, literal(inner)]));
}

function intrinsic(name: string, argument: unknown): unknown {
  switch (name) {
    case 'Ref':
      return PARAMETERS[argument as string] ?? arnOf(argument as string);
    case 'Fn::GetAtt':
      return arnOf((argument as string[])[0]!);
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(literal).join(separator);
    }
    case 'Fn::Sub':
      return (argument as string).replace(/\$\{([^}]+)\}/g, (_, key: string) => PARAMETERS[key] ?? arnOf(key));
    case 'Fn::ImportValue': {
      // CDK's names of exports: stack:ExportsOutput<Ref|FnGetAtt><logical id>…
      const id = /ExportsOutput(?:Ref|FnGetAtt)(\w+?)(?:Arn|HostedZoneId)?[0-9A-F]{8}$/.exec(
        String(literal(argument)),
      )?.[1];
      return id === undefined ? String(argument) : arnOf(id);
    }
    default:
      throw new Error(`literal() does not know ${name}`);
  }
}
