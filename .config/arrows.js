/**
 * The arrows of the architecture: the folders from the inside out, and what each may import of those before it. What is
 * not named here, it may not.
 */
const folders = {
  'shared/domain': [],
  'shared/contracts': ['domain'],
  'shared/adapters': ['domain', 'contracts'],
  'shared/emails': ['domain', 'contracts'],
  'shared/use-cases': ['domain', 'contracts', 'adapters', 'emails'],
  'shared/runtime': ['domain', 'contracts', 'adapters', 'use-cases'],
  functions: ['domain', 'contracts', 'adapters', 'use-cases', 'runtime'],
};

const names = [...Object.keys(folders).map((folder) => folder.replace('shared/', '')), 'infra'];

const rulesOf = (folder, allowed) => {
  const others = names.filter((name) => !folder.endsWith(name) && !allowed.includes(name));
  return [
    {
      regex: `^\\.\\.?/(.*/)?(${others.join('|')})/`,
      message: `${folder} imports only ${allowed.join(', ') || 'itself'}`,
    },
    { regex: '^aws-cdk-lib|^constructs$', message: 'only infra knows the CDK' },
    { regex: '^(node:)?fs/promises$', message: 'infra/bundle.ts replaces it: import promises from node:fs' },
    ...(folder === 'shared/adapters'
      ? []
      : [{ regex: '^@aws-sdk/|^@smithy/', message: 'only shared/adapters talks to AWS' }]),
    ...(folder === 'shared/domain'
      ? [{ regex: '^(?!\\.|luxon$)', message: 'the domain is pure: luxon is all it needs' }]
      : []),
  ];
};

/**
 * One block for each folder, and each file in one block: a later one for the same files would replace the rules of an
 * earlier one without a word. test/unit/arrows.test.ts sees each arrow fire.
 */
export const arrows = Object.entries(folders).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.{ts,tsx}`],
  rules: { 'no-restricted-imports': ['error', { patterns: rulesOf(folder, allowed) }] },
}));
