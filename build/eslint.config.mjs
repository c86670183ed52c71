/** The lint rules: what the compiler cannot see, and the directions in which the rooms may import. */
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { ROOT } from './root.mjs';

const FILE_LINES = 300;
const FUNCTION_LINES = 60;

/** @param {string} group @param {string} message */
const forbid = (group, message) => ({ regex: group, message });
const noElectron = forbid('^electron(/|$)', 'Only main/ and preload/ import electron.');
const noNode = forbid('^node:', 'This room runs where Node does not.');

/** What a folder of electron/ may not reach, as the first part of a path that leads out of it. @param {string[]} rooms */
const noRooms = (rooms) =>
  forbid(
    `^(\\.\\./)+(electron/)?(${rooms.join('|')})/`,
    'Against the direction shared ← engine ← control ← main, cli.',
  );

/** Rooms of the engine meet only in its index.ts. */
const ENGINE_ROOMS = [
  'config',
  'proxy',
  'middleware',
  'health',
  'record',
  'dns',
  'tls',
  'services',
  'system',
  'discovery',
  'export',
  'import',
];

/** @param {string} folder @param {object[]} patterns */
const directions = (folder, patterns) => ({
  files: [`${folder}/**/*.{ts,tsx}`],
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

const roomRules = ENGINE_ROOMS.map((room) =>
  directions(`electron/engine/${room}`, [
    noElectron,
    noRooms(['control', 'cli', 'main', 'preload', 'renderer']),
    forbid(
      `^\\.\\./(${ENGINE_ROOMS.filter((other) => other !== room).join('|')})/`,
      'Rooms of the engine do not import one another; engine/index.ts passes functions in.',
    ),
  ]),
);

export default tseslint.config(
  { ignores: ['dist/**', 'release/**', 'test-results/**', 'playwright-report/**', 'test/fixtures/**'] },
  js.configs.recommended,
  {
    // Rules that need the types cost most of the time; the product gets them, its tests do without.
    files: ['{electron,renderer,shared}/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: ROOT } },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strict],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      // The compiler's noUncheckedIndexedAccess asks for `!` where the index is known to be good.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Config documents are plain objects with the user's own keys.
      '@typescript-eslint/no-dynamic-delete': 'off',
      // The compiler reports these.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['{electron,renderer,shared}/**/*.{ts,tsx}'],
    rules: {
      eqeqeq: 'error',
      'no-empty': 'error',
      'max-lines': ['error', FILE_LINES],
      'max-lines-per-function': ['error', { max: FUNCTION_LINES, skipBlankLines: true, skipComments: true }],
      'no-eval': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Exports have names, so that a search finds them.' },
        {
          selector: 'CallExpression[callee.name=/^mkdir/] Property[key.name="recursive"]',
          message: 'It never ends under /proc; makeFolder() does.',
        },
      ],
    },
  },
  { files: ['test/**/*.{ts,tsx}'], rules: { 'max-lines': ['error', FILE_LINES] } },
  { files: ['renderer/**/*.{ts,tsx}'], ...reactHooks.configs.flat['recommended-latest'] },
  {
    files: ['{build,test}/**/*.{mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'URL', 'fetch', 'AbortSignal', 'AbortController', 'Buffer', 'console', 'setTimeout', 'clearTimeout']
          .concat(['setInterval', 'clearInterval', 'performance', 'setImmediate', 'URLSearchParams', 'WebSocket'])
          .concat([
            'require',
            'module',
            'globalThis',
            'document',
            'window',
            'Response',
            'structuredClone',
            'queueMicrotask',
          ])
          .map((name) => [name, 'readonly']),
      ),
    },
    rules: {
      'max-lines': ['error', FILE_LINES],
      'max-lines-per-function': ['error', { max: FUNCTION_LINES, skipBlankLines: true, skipComments: true }],
    },
  },
  directions('shared', [
    noElectron,
    noNode,
    noRooms(['engine', 'control', 'cli', 'main', 'preload', 'renderer', 'electron']),
  ]),
  directions('renderer', [
    noElectron,
    noNode,
    noRooms(['electron', 'engine', 'control', 'cli', 'main', 'preload']),
    forbid('^\\.\\./(\\.\\./)*(electron)/', 'The window knows the engine only through shared/.'),
  ]),
  directions('electron/preload', [noNode, noRooms(['engine', 'control', 'cli', 'main', 'renderer'])]),
  directions('electron/engine', [noElectron, noRooms(['control', 'cli', 'main', 'preload', 'renderer'])]),
  ...roomRules,
  directions('electron/control', [noElectron, noRooms(['cli', 'main', 'preload', 'renderer'])]),
  directions('electron/cli', [noElectron, noRooms(['main', 'preload', 'renderer'])]),
  directions('electron/main', [noRooms(['cli', 'preload', 'renderer'])]),
);
