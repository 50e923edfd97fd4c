/** What a deploy does to something, mildest first. */
export const IMPACTS = ['nothing', 'in place', 'rolling', 'interruption', 'data at risk'] as const;
export type Impact = (typeof IMPACTS)[number];

export const worst = (impacts: readonly Impact[]): Impact =>
  IMPACTS[Math.max(0, ...impacts.map((impact) => IMPACTS.indexOf(impact)))]!;

/** A resource as it stands in a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

/** A template, as far as it is looked at. */
export interface StackTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value?: unknown; readonly Export?: { readonly Name?: unknown } }>
  >;
}

/** A stack that the app makes. */
export interface AppStack {
  readonly stackName: string;
  /** `aws://account/region`. */
  readonly environment: string;
  readonly terminationProtection: boolean;
  readonly template: StackTemplate;
}
/** By their ids in the app, which stay when a cluster is renamed. */
export type AppStacks = Readonly<Record<string, AppStack>>;

/** Whether CloudFormation makes another resource when this property changes. */
export type Replaces = 'no' | 'maybe' | 'yes';

/** What AWS publishes of a type: the specification that the CDK is made of. */
export interface TypeFacts {
  /** It keeps data. */
  readonly stateful: boolean;
  /** Properties that are the name of the thing itself, and replace it when they change. */
  readonly names: readonly string[];
}

export interface PropertyChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly replaces: Replaces;
}

/** One resource that differs between two templates of one stack. */
export interface ResourceChange extends TypeFacts {
  /** Id of the stack in the app. */
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  /** null: it is new. */
  readonly before: TemplateResource | null;
  /** null: it is gone. */
  readonly after: TemplateResource | null;
  readonly properties: readonly PropertyChange[];
  /** Attributes beside the properties that differ: DeletionPolicy, DependsOn, … */
  readonly attributes: readonly string[];
}

/** One thing that is to be said of a change. */
export interface ChangeFinding {
  readonly impact: Impact;
  readonly why: string;
}

/** Where a change happens: both templates of its stack. */
export interface ChangeContext {
  readonly before: StackTemplate;
  readonly after: StackTemplate;
}

/** What a rule has to say of a change; nothing where it is not meant. */
export type ChangeRule = (change: ResourceChange, context: ChangeContext) => readonly ChangeFinding[];

export const replaces = ({ before, after, properties }: ResourceChange): boolean =>
  before !== null && after !== null && properties.some((one) => one.replaces !== 'no');

export const propertyOf = (change: ResourceChange, name: string): PropertyChange | undefined =>
  change.properties.find((one) => one.name === name);

/** What changes in a resource that is there before and after, by property; nothing of new and removed ones. */
export const updatesOf = (change: ResourceChange): readonly PropertyChange[] =>
  change.before === null || change.after === null ? [] : change.properties;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const entriesIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const fieldOf = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);

/** A value for people: short ones as they are, of others nothing. They may be secrets. */
export const plainly = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'not set';
