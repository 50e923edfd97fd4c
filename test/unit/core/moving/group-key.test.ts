import { groupKeysHere } from '../../../../lib/core/moving/group-key';

test.each([
  ['{}:{}', ['{}/{}:{}', '{}/{}:{cluster="c"}']],
  ['{}/{a="b"}:{alertname="X"}', ['{}/{}/{a="b"}:{alertname="X"}', '{}/{}/{a="b"}:{alertname="X", cluster="c"}']],
  ['{}:{a="1", x="2"}', ['{}/{}:{a="1", x="2"}', '{}/{}:{a="1", cluster="c", x="2"}']],
  ['{}:{alertname="X", cluster="old"}', ['{}/{}:{alertname="X"}', '{}/{}:{alertname="X", cluster="c"}']],
  [
    String.raw`{}/{a=~"x|}:{\""}:{alertname="a\"}, b"}`,
    [
      String.raw`{}/{}/{a=~"x|}:{\""}:{alertname="a\"}, b"}`,
      String.raw`{}/{}/{a=~"x|}:{\""}:{alertname="a\"}, b", cluster="c"}`,
    ],
  ],
])('%s', (old, expected) => expect(groupKeysHere(old, 'c', [])).toEqual(expected));

test('labels that alerts here do not have are left out', () => {
  expect(groupKeysHere('{}:{a="1", replica="2"}', 'c', ['replica'])[0]).toBe('{}/{}:{a="1"}');
});

test.each(['', '{}', '{}:', '{}/:{}', '{}:{a}', '{}:{a="1"', '{}:{a="1" b="2"}', 'x'])('%p is no key', (key) =>
  expect(groupKeysHere(key, 'c', [])).toEqual([]),
);
