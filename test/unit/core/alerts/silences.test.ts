import { newSilence, silenceInWords } from '../../../../lib/core/alerts/silences';

const NOW = Date.parse('2027-01-01T00:00:00Z');
const asked = { matchers: ['Down'], for: '2h', comment: ' disk ', by: 'me@here' };

test('from now on, for as long as is said', () => {
  expect(newSilence(asked, NOW)).toEqual({
    matchers: [{ name: 'alertname', value: 'Down', isRegex: false, isEqual: true }],
    startsAt: '2027-01-01T00:00:00.000Z',
    endsAt: '2027-01-01T02:00:00.000Z',
    createdBy: 'me@here',
    comment: 'disk',
  });
});

test.each([
  ['Down', 'alertname="Down"'],
  ['job=x', 'job="x"'],
  ['job = "x y"', 'job="x y"'],
  ['job!=x', 'job!="x"'],
  ['instance=~10.*|b', 'instance=~"10.*|b"'],
  ['instance!~"a=b"', 'instance!~"a=b"'],
  ['job=', 'job=""'],
  ['job=a=b', 'job="a=b"'],
  ['label name="\\"q\\" \\\\d\\n"', 'label name=""q" \\d\n"'],
])('%s means %s', (typed, means) => {
  expect(silenceInWords(newSilence({ ...asked, matchers: [typed] }, NOW))).toContain(`{${means}} from`);
});

test.each(['', '=x', '!=x', 'two words', 'job="x', 'job="x"y', '{job="x"}', '"Down"'])('%j is no matcher', (typed) => {
  expect(() => newSilence({ ...asked, matchers: [typed] }, NOW)).toThrow(/not a matcher[^]*promha silence add/);
});

test.each([
  [{ comment: ' ' }, /--comment does not say why/],
  [{ comment: '--local' }, /--comment does not say why/],
  [{ for: '0s' }, /--for is no time/],
  [{ for: '2 hours' }, /not a duration/],
])('%j is refused', (more, says) => {
  expect(() => newSilence({ ...asked, ...more }, NOW)).toThrow(says);
});
