import { TAGS } from '../../contract/tags';
import { fieldOf, entriesIn, propertyOf, replaces, plainly, type ChangeRule, type ResourceChange } from './change';

const KEPT = ['Retain', 'RetainExceptOnCreate'];
const isKept = (policy: unknown): boolean => KEPT.includes(String(policy));
const what = ({ type }: ResourceChange): string => WORDS[type] ?? 'it keeps data';
const WORDS: Readonly<Record<string, string>> = {
  'AWS::EC2::Volume': 'a data volume',
  'AWS::S3::Bucket': 'a bucket',
  'AWS::KMS::Key': 'a key, and with it whatever it encrypts',
  'AWS::Logs::LogGroup': 'log lines',
};

/** What keeps data is gone from the template, or another one is made in its place. */
export const removedOrReplaced: ChangeRule = (change) => {
  const { before, after, type, stateful } = change;
  if (!stateful || before === null) return [];
  if (after === null) {
    return isKept(before.DeletionPolicy)
      ? [
          {
            impact: 'data at risk',
            why: `${what(change)} stays in the account, belongs to nobody, and goes on billing`,
          },
        ]
      : [{ impact: 'data at risk', why: `${what(change)} is deleted` }];
  }
  if (!replaces(change)) return [];
  const by = change.properties.filter((one) => one.replaces !== 'no').map(({ name }) => name);
  const old = isKept(after.UpdateReplacePolicy) ? 'stays and belongs to nobody' : 'is deleted';
  const twin = type === 'AWS::EC2::Volume' ? '; the new one has the same tags, and the node refuses to choose' : '';
  return [
    { impact: 'data at risk', why: `an empty one is made because of ${by.join(', ')}; the old one ${old}${twin}` },
  ];
};

/** What so far kept it when its stack, or its place in the template, went. */
export const keptNoMore: ChangeRule = ({ stateful, type, before, after }) => {
  if (before === null || after === null || !(stateful || type === 'AWS::S3::BucketPolicy')) return [];
  return (['DeletionPolicy', 'UpdateReplacePolicy'] as const)
    .filter((policy) => isKept(before[policy]) && !isKept(after[policy]))
    .map((policy) => ({
      impact: 'data at risk',
      why: `${policy} ${plainly(before[policy])} → ${plainly(after[policy])}: the next removal deletes it`,
    }));
};

/** Nodes find their volume by these. */
const FINDS: readonly string[] = [TAGS.cluster, TAGS.shard, TAGS.node, TAGS.generation];

export const otherTags: ChangeRule = ({ type, before, after }) => {
  if (type !== 'AWS::EC2::Volume' || before === null || after === null) return [];
  const tag = (of: typeof before, key: string): unknown =>
    fieldOf(
      entriesIn(of.Properties?.Tags).find((one) => fieldOf(one, 'Key') === key),
      'Value',
    );
  return FINDS.filter((key) => tag(before, key) !== tag(after, key)).map((key) => ({
    impact: 'data at risk',
    why: `the tag ${key} ${plainly(tag(before, key))} → ${plainly(tag(after, key))}: its node does not find this volume any more`,
  }));
};

/** What else protects what is in a bucket. */
export const lessProtected: ChangeRule = (change) => {
  const { type, before, after } = change;
  if (before === null || after === null) return [];
  if (type === 'AWS::S3::Bucket') {
    const status = (of: typeof before): unknown => fieldOf(of.Properties, 'VersioningConfiguration', 'Status');
    return status(before) === 'Enabled' && status(after) !== 'Enabled'
      ? [{ impact: 'data at risk', why: 'versions are kept no more: what is overwritten or deleted is gone' }]
      : [];
  }
  if (type !== 'AWS::S3::BucketPolicy') return [];
  const denials = (of: unknown): string[] =>
    entriesIn(fieldOf(of, 'Statement'))
      .filter((one) => fieldOf(one, 'Effect') === 'Deny')
      .map((one) => JSON.stringify(one));
  const policy = propertyOf(change, 'PolicyDocument');
  const now = denials(policy?.after);
  const gone = denials(policy?.before).filter((one) => !now.includes(one)).length;
  return gone === 0 ? [] : [{ impact: 'data at risk', why: `${gone} of the policy's denials go, or are others` }];
};
