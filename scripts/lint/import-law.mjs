// The import law of DESIGN.md section 3 as an ESLint rule. Relative imports are resolved before they are judged, so a
// folder can't be reached by another spelling; import(), require(), re-exports and types count as imports.
import { isBuiltin } from 'node:module';
import path from 'node:path';

/** A package, and the files and folders (ending in /) that alone may import it. */
const PACKAGES = [
  { named: /^electron(\/|$)/, only: ['src/preload/', 'src/main/index.ts', 'src/main/doors/electron/'] },
  { named: /^better-sqlite3(\/|$)/, only: ['src/main/db/'] },
  { named: /^sharp(\/|$)/, only: ['src/main/compute/images/images.ts'] },
  { named: /^(onnxruntime-[^/]+|onnx-proto|@tensorflow\/.+)(\/|$)/, only: ['src/main/nn/engines/'] },
];

/** Plain helpers that lie beside the services and know none of them. */
const HELPERS = ['src/main/foundation/files.ts', 'src/main/foundation/words.ts', 'src/main/foundation/workspace.ts'];
const THREADS = ['src/main/rpc/', 'src/main/foundation/program-folder.ts'];

/** From where, and what it may import of src/. The first line that fits a file is its law. */
const FOLDERS = [
  { from: 'src/shared/', may: ['src/shared/'], browser: true },
  { from: 'src/renderer/', may: ['src/renderer/', 'src/shared/'], browser: true },
  { from: 'src/preload/', may: ['src/preload/', 'src/shared/'] },
  { from: 'src/main/nn/', may: ['src/main/nn/', 'src/main/foundation/files.ts', 'src/shared/'] },
  {
    from: 'src/main/compute/',
    may: [
      'src/main/compute/',
      'src/main/nn/',
      'src/main/domain/',
      'src/main/foundation/files.ts',
      'src/main/foundation/npy.ts',
      ...THREADS,
      'src/shared/',
    ],
  },
  { from: 'src/main/rpc/', may: ['src/main/rpc/', 'src/shared/'] },
  { from: 'src/main/domain/', may: ['src/main/domain/', 'src/shared/'] },
  { from: 'src/main/db/', may: ['src/main/db/', 'src/shared/', ...HELPERS] },
  { from: 'src/main/', may: ['src/main/', 'src/shared/'] },
];

/**
 * Why an import is against the law, or null.
 * @param {string} file relative to the root, with /
 * @param {string} specifier as written
 * @returns {string | null}
 */
export function judge(file, specifier) {
  if (!file.startsWith('src/')) return null;
  const law = FOLDERS.find(({ from }) => file.startsWith(from));
  if (!specifier.startsWith('.')) {
    if (law?.browser && isBuiltin(specifier)) return `${law.from} also runs in the browser, where there is no '${specifier}'.`;
    const owned = PACKAGES.find(({ named }) => named.test(specifier));
    if (owned === undefined || covers(owned.only, file)) return null;
    return `'${specifier}' may only be imported in ${owned.only.join(', ')}.`;
  }
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  if (law === undefined || !target.startsWith('src/') || covers(law.may, target)) return null;
  return `${law.from} may import only ${law.may.join(', ')}, not ${target}.`;
}

/**
 * @param {string[]} places
 * @param {string} file
 */
const covers = (places, file) => places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place));

/** @type {import('eslint').Rule.RuleModule} */
export const importLaw = {
  meta: { type: 'problem', schema: [], messages: { forbidden: '{{why}}' } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    /** @param {any} source the node that holds the specifier */
    const check = (source) => {
      const specifier = source?.type === 'TSLiteralType' ? source.literal.value : source?.value;
      if (typeof specifier !== 'string') return;
      const why = judge(file, specifier);
      if (why !== null) context.report({ node: source, messageId: 'forbidden', data: { why } });
    };
    /** @type {Record<string, (node: any) => void>} */
    const listeners = {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument),
      TSExternalModuleReference: (node) => check(node.expression),
      'CallExpression[callee.name="require"]': (node) => check(node.arguments[0]),
      'CallExpression[callee.property.name="resolve"][callee.object.name="require"]': (node) => check(node.arguments[0]),
    };
    return listeners;
  },
};
