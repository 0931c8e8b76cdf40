/** Bundles src/main.ts: `node rolldown.mjs ROOT OUT`. Run under the pinned Node by bundle.mjs. */
import path from 'node:path';
import { rolldown } from 'rolldown';

const [root = '', out = ''] = process.argv.slice(2);

/** ink measures everything with string-width; ours answers the same, and quickly for what the tutor shows. */
const width = path.join(root, 'src/tui/text/width.ts');
const quickWidth = {
  name: 'quick-width',
  resolveId: (/** @type {string} */ source, /** @type {string | undefined} */ importer) => (source === 'string-width' && importer !== width ? width : null),
};

const bundle = await rolldown({
  input: { main: path.join(root, 'src/main.ts') },
  cwd: root,
  platform: 'node',
  // ink asks for its developer tools only when DEV is set; they are not installed.
  external: ['react-devtools-core', /^node:/],
  transform: { define: { 'process.env.NODE_ENV': '"production"' }, jsx: { runtime: 'automatic' } },
  plugins: [quickWidth],
  logLevel: 'warn',
});
/**
 * What Node has compiled is kept in the bundle's own folder, and goes with it. (It takes hold of the parts that are loaded later, which is
 * nearly all. Where the folder cannot be written there is no cache.)
 */
const banner = (/** @type {{ name: string }} */ { name }) => (name === 'main' ? "import { enableCompileCache } from 'node:module';\nenableCompileCache(`${import.meta.dirname}/compiled`);" : '');
await bundle.write({ dir: out, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'part-[name]-[hash].js', minify: false, banner });
await bundle.close();
