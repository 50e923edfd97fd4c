import { buildProgress } from '../../../../local/tools/sources/go';

test('a build tells how far it is, now and then', () => {
  const said: string[] = [];
  let now = 0;
  const progress = buildProgress(
    (text) => said.push(text),
    () => now,
  );
  progress.line('go: downloading golang.org/x/net v0.50.0');
  now = 16_000;
  progress.line('go: downloading golang.org/x/sys v0.50.0');
  progress.expect(1_200);
  progress.line('golang.org/x/net/http2');
  now = 32_000;
  progress.line('google.golang.org/grpc');
  progress.line('google.golang.org/grpc/codes');
  expect(said).toEqual(['2 modules fetched, 16 s', '2 of 1200 packages built, 32 s']);
});
