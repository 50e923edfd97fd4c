import { encodeCommand, readReply, type Reply } from '../../../lambdas/reconnect-redis/connect/resp';

test('a command is a list of words, counted in bytes', () => {
  expect(encodeCommand(['AUTH', 'pässword'])).toBe('*2\r\n$4\r\nAUTH\r\n$9\r\npässword\r\n');
});

const REPLIES: [string, string, Reply][] = [
  ['a status', '+PONG\r\n', 'PONG'],
  ['an error, which is an answer', '-WRONGPASS invalid\r\n', new Error('WRONGPASS invalid')],
  ['a number', ':-7\r\n', -7],
  ['text with a line end in it', '$6\r\na\r\nb ü\r\n'.replace('$6', '$7'), 'a\r\nb ü'],
  ['nothing', '$-1\r\n', null],
  ['what ROLE says of a primary', '*3\r\n$6\r\nmaster\r\n:42\r\n*0\r\n', ['master', 42, []]],
];

test.each(REPLIES)('%s', (_, text, reply) => {
  const bytes = Buffer.from(text);
  expect(readReply(bytes)).toEqual({ reply, end: bytes.length });
});

test.each(REPLIES)('%s is waited for until it is complete', (_, text) => {
  const bytes = Buffer.from(text);
  for (let n = 0; n < bytes.length; n++) expect(readReply(bytes.subarray(0, n))).toBeNull();
});

test.each([
  ['a web server', 'HTTP/1.1 400 Bad Request\r\n'],
  ['a length that is none', '$x\r\n'],
  ['more than anybody asked for', '$999999999\r\n'],
  ['lists in lists without an end', '*1\r\n'.repeat(20)],
])('%s is not Redis', (_, text) => expect(() => readReply(Buffer.from(text))).toThrow(/a reply/));
