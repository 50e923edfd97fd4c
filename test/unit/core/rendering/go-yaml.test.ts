import { UserError } from '../../../../lib/contract/errors';
import { renderFiles } from '../../../../lib/core/rendering/render';
import { RENDER_INPUT } from '../../../fixtures/render-input';
import { parse } from 'yaml';
import { readGoYaml, writeGoYaml } from '../../../../lib/core/rendering/go-yaml';

const written = (text: string): string => writeGoYaml(readGoYaml(text).root!);

describe('YAML as Go reads it', () => {
  it('leaves every scalar as it is written, for Prometheus knows what it means', () => {
    const text =
      "a: yes\nb: 1_000\nc: \"1\"\nd:\ne: ~\nf: [ 1, yes, 0x1F, 010, 1e3 ]\ng: 'it''s'\nh: 2001-01-01\ni: !!str 5\n";
    expect(written(text)).toBe(text);
  });

  it.each(['!!binary ////', '!!int 0x1F', '!!str yes'])('leaves %s to Go', (value) => {
    expect(written(`a: ${value}\n`)).toBe(`a: ${value}\n`);
  });

  it('keeps texts of several lines', () => {
    const text = 'a: |\n  one\n  two\nb: >-\n  three\n\n  four\nc: "x\\ty"\n';
    expect(parse(written(text))).toEqual(parse(text));
  });

  it('resolves anchors and merge keys: own keys win, of lists the first', () => {
    const text = 'a: &a { x: 1, y: yes }\nb: { <<: *a, x: 2 }\nc: { <<: [*a, { y: 3, z: 4 }] }\nd: [*a, *a]\n';
    expect(parse(written(text))).toEqual({
      a: { x: 1, y: 'yes' },
      b: { x: 2, y: 'yes' },
      c: { x: 1, y: 'yes', z: 4 },
      d: [
        { x: 1, y: 'yes' },
        { x: 1, y: 'yes' },
      ],
    });
    expect(written(text)).not.toMatch(/[&*]|<</);
  });

  it('takes the first of several documents, and no comments along', () => {
    expect(written('# password: hunter2\na: 1 # so\n---\n: : no yaml')).toBe('a: 1\n');
  });

  it.each(['', '# nothing\n', '---\n', 'null\n'])('reads %j as nothing', (text) => {
    expect(readGoYaml(text)).toMatchObject({ root: null, errors: [] });
  });

  it.each([
    ['a: &a [*a]', /contains itself/],
    ['a: *b', /b/],
    ['a: 1\na: 2', /unique/],
    ['<<: [1]', /merge key/],
    ['a: [', /./],
  ])('says what is wrong with %j', (text, message) => {
    expect(readGoYaml(text)).toMatchObject({
      root: null,
      errors: [{ says: expect.stringMatching(message) as string }],
    });
  });

  it('does not unfold a file of some lines to gigabytes', () => {
    const lines = Array.from(
      { length: 20 },
      (_, i) =>
        `a${i}: &a${i} [${
          i === 0
            ? 'x'
            : Array(9)
                .fill(`*a${i - 1}`)
                .join()
        }]`,
    );
    expect(readGoYaml(lines.join('\n')).errors).toMatchObject([{ says: expect.stringMatching(/more than/) as string }]);
  });

  it('takes more than a hundred aliases', () => {
    const { errors } = readGoYaml(`a: &a 1\nb: [${Array(500).fill('*a').join()}]\n`);
    expect(errors).toEqual([]);
  });
});

describe('found by fuzzing', () => {
  test.each([
    ['a key that is an alias without its anchor', '? *a'],
    ['a key without end', '? '.repeat(3_000)],
    ['lists without end', '['.repeat(20_000)],
  ])('%s is an error, and nothing is thrown', (_, text) => {
    const { root, errors } = readGoYaml(text);
    expect([root, errors.length > 0]).toEqual([null, true]);
  });

  test.each([
    ['receivers without a list', 'route: { receiver: a }\nreceivers:'],
    ['an alias without its anchor', '<<: *a\nroute: { receiver: a }\nreceivers: [{ name: a }]'],
  ])('%s in alertmanager.yml is refused in words', (_, alertmanager) => {
    expect(() => renderFiles({ ...RENDER_INPUT, bundle: { ...RENDER_INPUT.bundle, alertmanager } })).toThrow(UserError);
  });

  test.each(["&a - targets: ['a:1']\n", '? '.repeat(3_000)])(
    'targets that are no YAML are refused in words',
    (text) => {
      const bundle = { ...RENDER_INPUT.bundle, targets: { a: text } };
      expect(() => renderFiles({ ...RENDER_INPUT, bundle })).toThrow(UserError);
    },
  );

  test('a configuration of nothing but a key is refused in words', () => {
    const bundle = { ...RENDER_INPUT.bundle, prometheus: '? ' };
    expect(() => renderFiles({ ...RENDER_INPUT, bundle })).toThrow(UserError);
  });
});
