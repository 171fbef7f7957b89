import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';

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
  metafile: true,
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

/** The packages that ended up in a bundle, and what their licences ask to be handed on with them. */
async function licencesOf(bundles: readonly Metafile[]): Promise<string> {
  const packages = new Set(
    bundles
      .flatMap(({ inputs }) => Object.keys(inputs))
      .flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []),
  );
  const texts = [...packages].map(async (folder) => {
    const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
    const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = file === undefined ? 'No text comes with it.' : await readFile(join(folder, file), 'utf8');
    return `${String(about['name'])} ${String(about['version'])} (${String(about['license'])})\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).toSorted().join(`\n${'-'.repeat(80)}\n\n`);
}

const outExtension = { '.js': '.cjs' };
await rm('dist', { recursive: true, force: true });
const programs = await build({
  ...common,
  entryPoints: ['src/bin.ts', 'src/scripted-agent.ts', 'src/opencode-session.ts'],
  outdir: 'dist',
  outExtension,
  plugins: [partsAside],
});
const commands = await build({
  ...common,
  entryPoints: Object.fromEntries(parts),
  outdir: 'dist/parts',
  outExtension,
});
await writeFile('dist/third-party-licenses.txt', await licencesOf([programs.metafile, commands.metafile]));
