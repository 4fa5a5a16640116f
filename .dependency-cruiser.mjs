// The import law: what each folder of src/ may import. dependency-cruiser checks it in `npm run lint` and `npm test`, type
// imports included, and draws docs/architecture.svg from it (`npm run architecture`).

/** Packages that only some files may import. */
const PACKAGES = {
  electron: { name: 'electron', only: ['src/preload/', 'src/main/index.ts', 'src/main/doors/electron/'] },
  'better-sqlite3': { name: 'better-sqlite3', only: ['src/main/db/'] },
  sharp: {
    name: 'sharp',
    only: ['images.ts', 'logo.ts', 'open-image.ts', 'reading-plan.ts'].map((file) => `src/main/compute/images/${file}`),
  },
  'tensor-libraries': { name: '(?:onnxruntime-[^/]+|onnx-proto|@tensorflow/[^/]+)', only: ['src/main/nn/engines/'] },
};

const COMPOSITION_ROOT = ['src/main/workbench.ts', 'src/main/services.ts', 'src/main/whole-set.ts', 'src/main/machine.ts'];
const COMPUTE_HOST = ['src/main/compute/host/', 'src/main/compute/protocol/'];
/** Plain helpers that know no service. */
const HELPERS = ['src/main/foundation/files.ts', 'src/main/foundation/words.ts', 'src/main/foundation/workspace.ts'];
/** What every feature may use of src/main. */
const BELOW_FEATURES = ['src/main/db/', 'src/main/domain/', 'src/main/foundation/', 'src/main/rpc/', ...COMPUTE_HOST];

/** Each feature, and what it may use beyond BELOW_FEATURES. No feature uses another one: it declares a port. */
const FEATURES = {
  bundle: [],
  compare: [],
  'compare-encoders': [],
  dataset: [],
  duplicates: [],
  embeddings: [],
  evaluation: [],
  'image-map': [],
  media: [],
  models: ['src/main/nn/siamese.ts', 'src/main/nn/training-memory.ts', 'src/main/nn/weights/'],
  quality: [],
  report: [],
  similar: [],
  tables: [],
  training: [],
  'wrong-labels': [],
};

/** Features of the screen. Each uses client and kit, and none uses another one. ESLint uses this list, too. */
export const SCREEN_FEATURES = ['compare', 'dataset', 'explore', 'jobs', 'onboarding', 'reports', 'settings', 'training'];
const BELOW_SCREEN_FEATURES = ['src/renderer/client/', 'src/renderer/kit/'];

/** Each folder of src/, and what it may import of src/ besides itself and src/shared/. A path that ends in / is a folder. */
const FOLDERS = {
  'src/shared/': [],
  'src/renderer/kit/': [],
  'src/renderer/client/': ['src/renderer/kit/'],
  ...Object.fromEntries(SCREEN_FEATURES.map((name) => [`src/renderer/features/${name}/`, BELOW_SCREEN_FEATURES])),
  'src/renderer/app/': ['src/renderer/features/', ...BELOW_SCREEN_FEATURES],
  'src/preload/': [],
  'src/main/foundation/': [],
  'src/main/domain/': [],
  'src/main/rpc/': [],
  'src/main/db/': HELPERS,
  'src/main/nn/': ['src/main/foundation/files.ts'],
  'src/main/compute/': [
    'src/main/nn/',
    'src/main/domain/',
    'src/main/rpc/',
    'src/main/foundation/files.ts',
    'src/main/foundation/image-signatures.ts',
    'src/main/foundation/jpeg-checksum.ts',
    'src/main/foundation/log/',
    'src/main/foundation/npy.ts',
    'src/main/foundation/number-files.ts',
    'src/main/foundation/program-folder.ts',
  ],
  ...Object.fromEntries(Object.entries(FEATURES).map(([name, more]) => [`src/main/features/${name}/`, [...BELOW_FEATURES, ...more]])),
  'src/main/api/': ['src/main/features/', 'src/main/foundation/', ...COMPOSITION_ROOT],
  'src/main/doors/': [
    'src/main/api/',
    'src/main/domain/', // its types: see doors-take-types-of-domain
    'src/main/foundation/',
    'src/main/rpc/',
    ...COMPOSITION_ROOT,
  ],
};

/** @param {string} path */
const escaped = (path) => path.replaceAll('.', '\\.');
/**
 * A regular expression for any of these files and folders.
 * @param {string[]} paths
 */
const anyOf = (paths) => `^(?:${paths.map((path) => (path.endsWith('/') ? escaped(path) : `${escaped(path)}$`)).join('|')})`;
/** @param {string} folder */
const nameOf = (folder) =>
  folder
    .replace(/^src\/(?:main\/)?/, '')
    .replace(/\/$/, '')
    .replaceAll('/', '-');

const folders = Object.entries(FOLDERS).map(([folder, may]) => ({
  name: `folder-${nameOf(folder)}`,
  comment: `${folder} may import only itself, ${[...may, 'src/shared/'].join(', ')}.`,
  severity: 'error',
  from: { path: anyOf([folder]) },
  to: { path: '^src/', pathNot: anyOf([folder, ...may, 'src/shared/']) },
}));

const packages = Object.entries(PACKAGES).map(([rule, { name, only }]) => ({
  name: `package-${rule}`,
  comment: `Only ${only.join(', ')} may import it.`,
  severity: 'error',
  from: { path: '^src/', pathNot: anyOf(only) },
  to: { path: `(?:^|node_modules/)(?:@types/)?${name}(?:/|$)` },
}));

export default {
  forbidden: [
    { name: 'no-circle-of-files', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-circle-of-folders', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
    ...folders,
    {
      name: 'folder-unknown',
      comment: 'Every folder of src/ is listed in FOLDERS with what it may import.',
      severity: 'error',
      from: { path: '^src/', pathNot: anyOf([...Object.keys(FOLDERS), 'src/main/index.ts', ...COMPOSITION_ROOT]) },
      to: { path: '.' },
    },
    {
      name: 'composition-root',
      comment: 'It builds what stands below the doors; doors and api use it. index.ts is the Electron door.',
      severity: 'error',
      from: { path: anyOf(COMPOSITION_ROOT) },
      to: { path: '^src/(?:renderer|preload|main/(?:doors|api|nn|index\\.ts))' },
    },
    {
      name: 'doors-take-types-of-domain',
      comment: 'A door computes nothing: what it needs of domain/ a service works out.',
      severity: 'error',
      from: { path: '^src/main/doors/' },
      to: { path: '^src/main/domain/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'index-opens-doors',
      severity: 'error',
      from: { path: '^src/main/index\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(?:shared|main/(?:doors|foundation))/' },
    },
    ...packages,
    {
      name: 'runs-in-a-browser',
      comment: 'src/shared/ and src/renderer/ also run in a browser, which has no modules of Node.',
      severity: 'error',
      from: { path: '^src/(?:shared|renderer)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'product-only',
      comment: 'The product uses no test and no script.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|scripts)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true, // type imports count
    exoticRequireStrings: ['require.resolve'],
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
