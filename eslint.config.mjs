import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Read configuration through libs/platform; it is parsed once.',
};
const pure = {
  'no-restricted-globals': [
    'error',
    { name: 'Date', message: 'Time is a parameter here.' },
    { name: 'fetch', message: 'No I/O here.' },
    { name: 'process', message: 'No process state here.' },
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'Take a seeded generator as an argument.' },
  ],
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.plumbline', 'coverage', 'bench/out'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      'max-lines': ['error', { max: 400 }],
      'no-restricted-syntax': ['error', noEnvironment],
      'no-console': 'error',
      // What is left out of a copy is named, not used.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  {
    files: ['apps/**/*.{ts,tsx}', 'libs/**/*.module.ts', 'libs/service/src/process.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  { files: ['libs/platform/**/*.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['libs/stats/**/*.ts', 'libs/monitoring/**/*.ts', 'libs/contracts/**/*.ts'], rules: pure },
  // Dashboards stay on the classic schema: Grafana 9.5 to 13 read it, the new one only the newest.
  { files: ['deploy/grafana/**/*.ts'], rules: { '@typescript-eslint/no-deprecated': 'off' } },
  {
    files: ['apps/cli/**/*.ts', 'deploy/**/*.{ts,mjs}', 'tests/{bench,chaos}/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.test.{ts,tsx}', 'tests/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'max-lines': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        fetch: 'readonly',
        module: 'writable',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  prettier,
);
