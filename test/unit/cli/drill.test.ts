import { PassThrough } from 'node:stream';
import { askName } from '../../../lib/cli/commands/drill';

test.each([
  ['shop\r', 'shop'],
  ['\u0003', 'Aborted with Ctrl+C'],
  ['\u0004', 'Aborted with Ctrl+D'],
])('who types %j is told so: leaving is no cluster that does not answer', async (typed, answer) => {
  const keyboard = new PassThrough();
  const asked = askName('shop', keyboard, new PassThrough());
  keyboard.write(typed);
  await expect(asked).resolves.toBe(answer);
});
