import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** One arrow of the architecture: files in `from` may not import what the patterns name. */
const arrow = (from, forbidden, message) => ({
  files: [from],
  rules: {
    'no-restricted-imports': ['error', { patterns: [{ regex: forbidden, message }] }],
  },
});

export default tseslint.config(
  { ignores: ['cdk.out/', '.local/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: `${import.meta.dirname}/..` },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['infra/**/*.{ts,tsx}', 'functions/**/*.{ts,tsx}', 'shared/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }] },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-assignment': 'off' } }, // expect.any() is any
  { files: ['.config/*.js'], languageOptions: { globals: { URL: 'readonly' } } },
  {
    files: ['functions/*/assets/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: {
        addEventListener: 'readonly',
        document: 'readonly',
        location: 'readonly',
        navigator: 'readonly',
        setTimeout: 'readonly',
        fetch: 'readonly',
      },
    },
  },
  arrow('functions/**/*.{ts,tsx}', '/infra/|aws-cdk-lib|^constructs$', 'functions know nothing of infra'),
  arrow(
    'functions/**/*.{ts,tsx}',
    '/infra/|aws-cdk-lib|^constructs$|@aws-sdk/',
    'only shared/adapters talks to AWS',
  ),
  arrow(
    'shared/**/*.ts',
    '/infra/|/functions/|aws-cdk-lib|^constructs$|@aws-sdk/',
    'shared imports neither infra nor functions, and only its adapters the AWS SDK',
  ),
  arrow('shared/domain/**/*.ts', '^(?!\\./|luxon$)', 'the domain is pure: it imports only itself and luxon'),
  arrow(
    'shared/contracts/**/*.ts',
    '/infra/|/functions/|adapters/|use-cases/|emails/|aws-cdk-lib|@aws-sdk/',
    'contracts import only the domain',
  ),
  arrow(
    'shared/emails/**/*.ts',
    '/infra/|/functions/|adapters/|use-cases/|aws-cdk-lib|@aws-sdk/',
    'emails import only domain and contracts',
  ),
  arrow(
    'shared/adapters/**/*.ts',
    '/infra/|/functions/|use-cases/|emails/|aws-cdk-lib',
    'adapters import only contracts and domain',
  ),
);
