import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// Decisions are pure (docs/decisions): whatever would let the outside in is refused in lib/core.
const impure = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'lib/core gets `now` as a parameter.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'lib/core gets `now` as a parameter.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'lib/core is deterministic.' },
];

// What was not checked is nobody's type (lib/contract/document).
const cast = "TSAsExpression:not([typeAnnotation.type='TSUnknownKeyword'])";
const casts = [
  `${cast} > CallExpression[callee.object.name='JSON'][callee.property.name='parse']`,
  `${cast} > AwaitExpression > CallExpression[callee.property.name='json']`,
  `${cast} > CallExpression[callee.property.name='json']`,
].map((selector) => ({
  selector,
  message: 'Parsed JSON is not cast: parse it by a document (lib/contract/document).',
}));

export default tseslint.config(
  { ignores: ['node_modules/**', 'cdk.out/**', '.run/**', 'coverage/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: false, skipComments: false }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['{agent,bin,exporters,lambdas,lib,local}/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
    },
  },
  {
    files: ['{agent,bin,exporters,lambdas,lib,local}/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...casts] },
  },
  // A describe is a function for the linter only.
  { files: ['**/*.test.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['lib/core/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...impure, ...casts],
      'no-restricted-globals': [
        'error',
        'process',
        'fetch',
        'setTimeout',
        'setInterval',
        'console',
        'performance',
        'crypto',
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\./|\\.\\./[a-z-]+(?:/|$)|(?:\\.\\./){2,3}contract/|yaml$|@prometheus-io/lezer-promql$)',
              message: 'lib/core imports only lib/core, lib/contract, and pure parsers by name.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['lambdas/**/*.ts', 'agent/**/*.ts', 'lib/shell/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: 'aws-cdk-lib|^constructs|lib/infra|\\.\\./(local|config)/',
              message: 'What runs in AWS never imports the CDK, synth-time or local code.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['lambdas/**/*.ts', 'lib/shell/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        {
          name: 'fetch',
          message:
            'fetch loses a request whose connection is closed at once, and a function that waits for nothing else ends in silence: lib/shell/async/http-get.',
        },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'AbortSignal',
          property: 'any',
          message: 'In Node 20 it forgets the timeouts it is made of (nodejs/node 57736): agent/base/deadline.',
        },
      ],
    },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'readonly',
        __dirname: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
