import { isRecord } from '../findings.ts';
import type { ProjectFiles } from './project-files.ts';
import { likely, possible, type Suggestion, type Suggestions } from './suggestion.ts';

type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** By what the manager writes; the first that is there counts. */
const LOCK_FILES: readonly (readonly [string, Manager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** Cheap ones first: the first that fails ends the checks. */
const CHECKS = ['check', 'typecheck', 'type-check', 'lint', 'test'];
/** Slow, or a part of the others in many projects. */
const MORE = ['format:check', 'test:unit', 'test:integration', 'test:e2e', 'build'];

/** What `npm init` writes. */
const NO_TEST = 'no test specified';
/** Never ends by itself. */
const WATCHES = /--watch(All)?(?![\w-]|=false)|\btsc -w\b|(^|\s)watch(\s|$)/;

export function nodeCommands(files: ProjectFiles): Suggestions {
  if (!files.names.has('package.json')) return { setup: [], verify: [] };
  const manifest = parse(files.text('package.json'));
  const locked = LOCK_FILES.find(([name]) => files.names.has(name));
  const manager = locked?.[1] ?? declaredManager(manifest) ?? 'npm';
  return {
    setup: install(files, manager, locked?.[0] ?? null, manifest),
    verify: [...scripts(manifest, manager, CHECKS), ...scripts(manifest, manager, MORE)],
  };
}

function install(
  files: ProjectFiles,
  manager: Manager,
  lock: string | null,
  manifest: Readonly<Record<string, unknown>>,
): readonly Suggestion[] {
  if (lock !== null) return [likely(frozen(files, manager), lock)];
  const needs = ['dependencies', 'devDependencies'].some((kind) => {
    const of = manifest[kind];
    return isRecord(of) && Object.keys(of).length > 0;
  });
  return needs ? [likely(`${manager} install`, 'package.json')] : [];
}

/** An install that changes no lock file: a changed one would make every worktree dirty. */
function frozen(files: ProjectFiles, manager: Manager): string {
  switch (manager) {
    case 'npm':
      return 'npm ci';
    case 'pnpm':
      return 'pnpm install --frozen-lockfile';
    case 'bun':
      return 'bun install --frozen-lockfile';
    case 'yarn':
      return files.names.has('.yarnrc.yml') || files.text('yarn.lock').includes('__metadata:')
        ? 'yarn install --immutable'
        : 'yarn install --frozen-lockfile';
  }
}

function scripts(
  manifest: Readonly<Record<string, unknown>>,
  manager: Manager,
  names: readonly string[],
): readonly Suggestion[] {
  const { scripts: given } = manifest;
  if (!isRecord(given)) return [];
  return names.flatMap((name) => {
    const script = Object.hasOwn(given, name) ? given[name] : undefined;
    if (typeof script !== 'string' || script.trim() === '' || script.includes(NO_TEST)) return [];
    const command = name === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${name}`;
    const from = `scripts.${name} in package.json`;
    if (WATCHES.test(script) || MORE.includes(name)) return [possible(command, from)];
    return [likely(command, from)];
  });
}

/** As corepack reads it: `pnpm@9.1.0`. */
function declaredManager(manifest: Readonly<Record<string, unknown>>): Manager | null {
  const { packageManager } = manifest;
  if (typeof packageManager !== 'string') return null;
  return LOCK_FILES.find(([, manager]) => packageManager.startsWith(`${manager}@`))?.[1] ?? null;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text) as unknown;
    return isRecord(value) ? value : {};
  } catch {
    // Whoever works on it will hear of it from npm; there is nothing to suggest.
    return {};
  }
}
