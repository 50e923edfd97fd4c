import type { Target } from '@aws-sdk/client-eventbridge';

/**
 * What a schedule's event is made of for its target: a constant, or a template in which `<name>` stands for a value of the event.
 * Of its values only the time is known here. @throws Error for another one
 */
export function inputOf({ Input, InputTransformer }: Target, at: Date): unknown {
  if (InputTransformer === undefined) return JSON.parse(Input ?? '{}');
  const { InputTemplate, InputPathsMap = {} } = InputTransformer;
  const values: Readonly<Record<string, string>> = { '$.time': at.toISOString().replace(/\.\d+/, '') };
  const text = Object.entries(InputPathsMap).reduce((template, [name, path]) => {
    const value = values[path];
    if (value === undefined) throw new Error(`the local run knows no ${path} of a schedule's event`);
    return template.replaceAll(`<${name}>`, JSON.stringify(value));
  }, InputTemplate!);
  return JSON.parse(text);
}
