import { mainArchive, oneLine, parseDeb822, parseOneLine } from '../../../../local/tools/debian/apt-sources';

test('deb822: comments, several suites, disabled and source stanzas', () => {
  const sources = parseDeb822(`Types: deb deb-src
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/a.gpg

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://src.example/debian
Suites: bookworm
Components: main
`);
  expect(sources).toEqual([
    {
      uri: 'http://mirror.example/debian',
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main', 'contrib'],
      options: { 'signed-by': '/usr/share/keyrings/a.gpg' },
    },
  ]);
});

test('deb822: a key inside the file cannot travel, a continued list can', () => {
  const [source] = parseDeb822(`Types: deb
URIs: http://mirror.example/debian
Suites: bookworm
 bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
`);
  expect(source!.suites).toEqual(['bookworm', 'bookworm-updates']);
  expect(source!.options).toEqual({});
});

test('one-line entries: options, comments, sources', () => {
  const sources = parseOneLine(`# deb http://off.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # why
deb-src http://mirror.example/debian bookworm main
deb http://plain.example/debian bookworm main
`);
  expect(sources).toEqual([
    {
      uri: 'http://mirror.example/debian',
      suites: ['bookworm'],
      components: ['main', 'contrib'],
      options: { 'signed-by': '/k.gpg' },
    },
    { uri: 'http://plain.example/debian', suites: ['bookworm'], components: ['main'], options: {} },
  ]);
});

test("the main archive is the one with the machine's own suite, not security or a vendor's", () => {
  const sources = [
    ...parseOneLine(
      'deb https://vendor.example/node nodistro main\ndeb http://m.example/security bookworm-security main',
    ),
    ...parseOneLine('deb [signed-by=/k.gpg] http://m.example/debian bookworm main'),
  ];
  const archive = mainArchive(sources, 'bookworm')!;
  expect(oneLine(archive, 'sid')).toBe('deb [signed-by=/k.gpg] http://m.example/debian sid main');
  expect(mainArchive(sources, 'noble')).toBeNull();
});
