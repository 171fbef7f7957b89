import { rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';

/**
 * Bundles the programs into dist/. What `teams` imports only when a command is called becomes one file per command, each
 * whole in itself: loading one large file costs a fraction of loading the hundred small ones that a splitting bundler
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

const commands = new Map<string, string>();

const commandsApart: Plugin = {
  name: 'commands-apart',
  setup(bundling) {
    bundling.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return null;
      const name = basename(path, '.ts');
      const source = resolve(resolveDir, path);
      if ((commands.get(name) ?? source) !== source) throw new Error(`two commands are called ${name}`);
      commands.set(name, source);
      return { path: `./commands/${name}.cjs`, external: true };
    });
  },
};

await rm('dist', { recursive: true, force: true });
await build({ ...common, entryPoints: ['src/bin.ts'], outfile: 'dist/bin.cjs', plugins: [commandsApart] });
await build({
  ...common,
  entryPoints: {
    'scripted-agent': 'src/scripted-agent.ts',
    'opencode-session': 'src/opencode-session.ts',
    ...Object.fromEntries([...commands].map(([name, source]) => [`commands/${name}`, source])),
  },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
});
