import { mapTemplates } from '../../../../lib/infra/config/check/templates';

const config = (templates: string): string =>
  `route: { receiver: a }\ntemplates: ${templates}\nreceivers: [{ name: a }]\n`;
const map = (templates: string, names: string[]): ReturnType<typeof mapTemplates> =>
  mapTemplates(config(templates), names, 'alertmanager.yml');

test.each([
  ["['templates/*.tmpl']", "['templates/*.tmpl']", 0],
  ['[./templates/a.tmpl]', '[./templates/a.tmpl]', 0],
  ["['*.tmpl']", "['templates/*.tmpl']", 1],
  ['["/etc/alertmanager/a.tmpl", b/?.tmpl]', "['templates/a.tmpl', 'templates/?.tmpl']", 2],
  ["['D:\\alertmanager\\[a-c].tmpl']", "['templates/[a-c].tmpl']", 1],
])('%s is %s on nodes', (templates, mapped, told) => {
  const { text, warnings } = map(templates, ['a.tmpl']);
  expect(text).toBe(config(mapped));
  expect(warnings).toHaveLength(told);
});

test('lines stay where they are', () => {
  const { text } = map("\n- '/etc/*.tmpl' # ours\n-   x.tmpl\n", ['x.tmpl']);
  expect(text).toBe(config("\n- 'templates/*.tmpl' # ours\n-   'templates/x.tmpl'\n"));
});

test('what matches nothing, and what nothing matches, is warned of', () => {
  expect(map("['templates/b*.tmpl']", ['a.tmpl']).warnings).toEqual([
    expect.stringMatching(/no file of templates\/ is b\*\.tmpl/),
    expect.stringMatching(/names none of a\.tmpl/),
  ]);
  expect(mapTemplates('route: { receiver: a }', [], 'x')).toEqual({ text: 'route: { receiver: a }', warnings: [] });
});
