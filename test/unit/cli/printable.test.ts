import { printable } from '../../../lib/cli/report/printable';

test.each([
  ['clears the screen', 'a\x1b[2Jb', 'a\\x1b[2Jb'],
  ['writes to the clipboard', '\x1b]52;c;eA==\x07', '\\x1b]52;c;eA==\\x07'],
  ['begins a sequence in one byte', '\x9b2J', '\\x9b2J'],
  ['goes back in the line', 'well\rnot well', 'well\\x0dnot well'],
  ['turns the direction of text', 'a\u202eb', 'a\\x202eb'],
])('what %s is shown', (_, text, shown) => expect(printable(text)).toBe(shown));

test('lines and letters stay', () => expect(printable('α\tb — „c“\nd\n')).toBe('α\tb — „c“\nd\n'));
