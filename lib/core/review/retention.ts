import { parseDuration } from '../../contract/duration';
import { fieldOf, isRecord, entriesIn, propertyOf, plainly, type ChangeFinding, type ChangeRule } from './change';

const atRisk = (why: string): ChangeFinding => ({ impact: 'data at risk', why });

/** What a bucket's lifecycle takes away, after how many days; 0 where a date stands. By what, and by which objects. */
type Ends = ReadonlyMap<string, { readonly what: string; readonly days: number }>;
const EXPIRY: readonly (readonly [name: string, ...path: string[]])[] = [
  ['objects', 'ExpirationInDays'],
  ['objects', 'ExpirationDate'],
  ['older versions', 'NoncurrentVersionExpiration', 'NoncurrentDays'],
  ['older versions', 'NoncurrentVersionExpirationInDays'],
];
const ARCHIVES = ['Transitions', 'Transition', 'NoncurrentVersionTransitions', 'NoncurrentVersionTransition'];

function endsOf(rules: unknown): Ends {
  const ends = new Map<string, { what: string; days: number }>();
  for (const rule of entriesIn(fieldOf(rules, 'Rules'))) {
    if (!isRecord(rule) || rule.Status !== 'Enabled') continue;
    const where = JSON.stringify([rule.Prefix, rule.TagFilters, rule.ObjectSizeGreaterThan, rule.ObjectSizeLessThan]);
    const note = (what: string, days: number): void => {
      const key = JSON.stringify([what, where]);
      ends.set(key, { what, days: Math.min(days, ends.get(key)?.days ?? Infinity) });
    };
    for (const [what, ...path] of EXPIRY) {
      const days = fieldOf(rule, ...path);
      if (days !== undefined) note(what, typeof days === 'number' ? days : 0);
    }
    if (ARCHIVES.some((one) => rule[one] !== undefined)) note('what moves to another storage class', 0);
  }
  return ends;
}

/** A bucket's lifecycle takes away sooner, or what it did not take before. */
export const lifecycle: ChangeRule = (change) => {
  const rules = change.type === 'AWS::S3::Bucket' && change.before && propertyOf(change, 'LifecycleConfiguration');
  if (!rules || change.after === null) return [];
  const before = endsOf(rules.before);
  return [...endsOf(rules.after)]
    .filter(([key, { days }]) => days < (before.get(key)?.days ?? Infinity))
    .map(([key, { what, days }]) =>
      atRisk(`lifecycle: ${what} end after ${days} d, so far ${before.get(key)?.days ?? 'never'}`),
    );
};

/** Lines of a log group that are older go at once. */
export const logRetention: ChangeRule = (change) => {
  const days = change.type === 'AWS::Logs::LogGroup' && change.before && propertyOf(change, 'RetentionInDays');
  if (!days || change.after === null) return [];
  const number = (value: unknown): number => (typeof value === 'number' ? value : Infinity);
  return number(days.after) < number(days.before)
    ? [atRisk(`lines older than ${plainly(days.after)} d are deleted, so far ${plainly(days.before)}`)]
    : [];
};

const RETENTION = /--retention\.resolution-(\w+)=(\w+)/g;

/** The compactor deletes blocks that are older; 0d is for ever. */
export const blockRetention: ChangeRule = ({ type, before, after }) => {
  if (type !== 'AWS::ECS::TaskDefinition' || before === null || after === null) return [];
  const flags = (of: typeof before): Map<string, string> =>
    new Map([...JSON.stringify(of.Properties).matchAll(RETENTION)].map(([, level, time]) => [level!, time!]));
  const was = flags(before);
  return [...flags(after)]
    .filter(([level, time]) => lasts(time) < lasts(was.get(level)))
    .map(([level, time]) =>
      atRisk(`blocks (${level}) older than ${time} are deleted, so far ${was.get(level) ?? 'none'}`),
    );
};

const lasts = (time: string | undefined): number => (time === undefined ? 0 : parseDuration(time)) || Infinity;

/** Text of a launch template's user data; what is not literal is left out. */
function userData(of: unknown): string {
  const base64 = fieldOf(of, 'LaunchTemplateData', 'UserData', 'Fn::Base64');
  if (typeof base64 === 'string') return base64;
  return entriesIn(entriesIn(fieldOf(base64, 'Fn::Join'))[1])
    .filter((part) => typeof part === 'string')
    .join('');
}

/** What nodes delete of their own; with Thanos it is in the blocks bucket. */
export const sampleRetention: ChangeRule = ({ type, before, after }) => {
  if (type !== 'AWS::EC2::LaunchTemplate' || before === null || after === null) return [];
  const read = (of: typeof before): { time: string | undefined; uploads: boolean } => {
    const text = userData(of.Properties);
    return { time: /"retentionTime": "(\w+)"/.exec(text)?.[1], uploads: /"thanos": \{/.test(text) };
  };
  const [was, is] = [read(before), read(after)];
  const shorter = is.time !== undefined && lasts(is.time) < lasts(was.time);
  return [
    ...(shorter && !is.uploads
      ? [atRisk(`samples older than ${is.time} are deleted, so far ${was.time}; they are nowhere else`)]
      : []),
    ...(shorter && is.uploads
      ? [
          {
            impact: 'rolling' as const,
            why: `nodes keep ${is.time}, so far ${was.time}; older samples are in the blocks bucket`,
          },
        ]
      : []),
    ...(was.uploads && !is.uploads ? [atRisk('blocks are uploaded no more: what a node deletes is nowhere else')] : []),
  ];
};
