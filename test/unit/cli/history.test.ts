import type { S3Client } from '@aws-sdk/client-s3';
import { readHistory } from '../../../lib/shell/assignment/history';
import { KEYS } from '../../../lib/contract/keys';

const AT = '2027-01-01T00:00:00.000Z';
const assignment = (epoch: number): string =>
  JSON.stringify({ version: 1, epoch, active: 'a', reason: '', by: 'operator', since: AT, at: AT, promotions: [] });

/** A bucket with these versions of the assignment, newest first. */
function bucket(versions: readonly string[]): S3Client {
  const send = ({ input }: { input: { VersionId?: string } }): Promise<unknown> =>
    Promise.resolve(
      input.VersionId === undefined
        ? { Versions: versions.map((_, i) => ({ Key: KEYS.assignment(0), VersionId: String(i) })) }
        : { Body: { transformToString: () => Promise.resolve(versions[Number(input.VersionId)]) } },
    );
  return { send } as unknown as S3Client;
}

test('a version that cannot be read hides no other: one of them is to be put back', async () => {
  const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const handle = { cluster: 'c', shard: 0, controlBucket: 'b' };
  const found = await readHistory(handle, bucket(['{"version":1', assignment(7), '{}', assignment(6), '{}']), 10);
  expect(found.map(({ epoch }) => epoch)).toEqual([7, 6]);
  const lines = said.mock.calls.map(([text]) => String(text));
  said.mockRestore();
  expect(lines).toEqual([
    expect.stringMatching(/^promha: version 0: s3:\/\/b\/shards\/0\/assignment.json: the assignment is not JSON.*\n$/),
    expect.stringMatching(/^promha: 2 versions 2, 4: .*: the assignment's version is unusable.*\n$/),
  ]);
});
