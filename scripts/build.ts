import { rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';

/**
 * Bundles the programs into dist/. What they import only when it is needed, such as a command of `teams`, becomes a file
 * of its own that is whole in itself: loading one large file costs a fraction of loading the hundred small ones that a splitting bundler
 * makes, and CommonJS modules start faster than ES modules (`npm run bench`).
 */
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  // Packages that have both forms hold the same code twice if some import the one and some the other.
  mainFields: ['module', 'main'],
  // Not the names: a bug report shows them.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  // `import()` of a CommonJS file first reads all of it for what it exports; `require()` does not.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: 'const importMetaUrl=require("node:url").pathToFileURL(__filename).href;' },
} as const satisfies BuildOptions;

const parts = new Map<string, string>();

const partsAside: Plugin = {
  name: 'parts-aside',
  setup(bundling) {
    bundling.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return null;
      const name = basename(path, '.ts');
      const source = resolve(resolveDir, path);
      if ((parts.get(name) ?? source) !== source) throw new Error(`two parts are called ${name}`);
      parts.set(name, source);
      return { path: `./parts/${name}.cjs`, external: true };
    });
  },
};

const outExtension = { '.js': '.cjs' };
await rm('dist', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: ['src/bin.ts', 'src/scripted-agent.ts', 'src/opencode-session.ts'],
  outdir: 'dist',
  outExtension,
  plugins: [partsAside],
});
await build({ ...common, entryPoints: Object.fromEntries(parts), outdir: 'dist/parts', outExtension });
