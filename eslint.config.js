// Lint: TypeScript and Svelte rules, and who may import whom (docs/architecture.md shows the same table).
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/**
 * Each room with the rooms that it may import. `contract` is the shared vocabulary and `random` a leaf; an entry
 * `room/file` opens one file of a room alone: the declarations, which load nothing heavy.
 */
const rooms = {
  random: [],
  contract: [],
  engine: ['contract'],
  physics: ['contract', 'random'],
  replay: ['contract', 'random'],
  tasks: ['contract', 'physics', 'random'],
  agents: ['contract', 'engine', 'random'],
  store: ['contract'],
  training: ['contract', 'tasks', 'physics', 'replay', 'agents', 'engine', 'store', 'random'],
  workstation: [
    'contract',
    'store',
    'training/launch',
    'agents/declarations',
    'tasks/declarations',
    'tasks/own/node/aside',
    'engine/declarations',
    'engine/probe',
    'physics/node',
  ],
  shells: [
    'contract',
    'store',
    'workstation',
    'training/launch',
    'agents/declarations',
    'tasks/declarations',
    'tasks/own/node/aside',
    'engine/declarations',
  ],
};
const names = Object.keys(rooms);

/** Forbids a folder's relative imports into every room but the allowed ones. */
function importWall(files, allowed, prefix = '') {
  const forbidden = names.filter((name) => !allowed.includes(name) && !files.some((glob) => glob.includes(`/${name}/`)));
  const patterns = forbidden.map((name) => {
    const opened = allowed.filter((entry) => entry.startsWith(`${name}/`)).map((entry) => entry.slice(name.length + 1));
    const exception = opened.length > 0 ? `(?!(?:${opened.join('|')})(?:[./]|$))` : '';
    return {
      regex: `^(?:\\.{1,2}/)+${prefix}${name}/${exception}`,
      message: `This room may not import ${name}; see docs/architecture.md.`,
    };
  });
  return { files, ignores: ['**/*.test.ts'], rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'node_modules/', 'test/reference/**/*.py', '**/*.tmp.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      eqeqeq: ['error', 'always'],
      'no-console': 'off',
      // Sets and maps here are made anew and held in $state.raw; svelte-check knows which ignores are used.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-unused-svelte-ignore': 'off',
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
  ...Object.entries(rooms).map(([name, allowed]) => importWall([`src-main/${name}/**/*.ts`], allowed)),
  importWall(['src-renderer/**/*.{ts,svelte}'], ['contract'], '(?:src-main/)?'),
  importWall(['src-renderer/testing/**/*.ts'], ['contract', 'tasks/declarations'], '(?:src-main/)?'),
  // The scene's workers run physics and tasks beside the window.
  importWall(['src-renderer/scene/**/*.ts'], ['contract', 'tasks', 'physics', 'random'], '(?:src-main/)?'),
  {
    // Physics and tasks run in browsers' workers too; what reads files lies in a folder named node.
    files: ['src-main/{physics,tasks,random,contract,replay}/**/*.ts'],
    ignores: ['**/node/**', '**/*.test.ts'],
    rules: { 'no-restricted-globals': ['error', 'process', 'Buffer', '__dirname', 'require'] },
  },
);
