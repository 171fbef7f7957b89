import { lstat, mkdir, readFile, realpath, rename, unlink } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { storing } from '../storage-error.ts';
import { fields, LINK } from './history.ts';
import type { Repo } from './open.ts';

/**
 * Repositories inside of a worktree, submodules among them: a patch holds only their links, and what a submodule has of
 * its own lies with the worktree. Those that hold something that is nowhere else are moved below `folder`, which costs
 * nothing however large they are; the worktree is about to go. Says which.
 */
export async function keepNested(repo: Repo, worktree: string, folder: string): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const { path, known } of await nestedIn(repo, worktree)) {
    const place = join(worktree, path);
    if (known && !(await hasOwn(repo, worktree, path))) continue;
    await storing(place, async () => {
      await bringHome(repo, worktree, place);
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(place, target);
      // A submodule without its folder would count as deleted, should all of this be done again.
      await mkdir(place);
    });
    kept.push(path);
  }
  return kept;
}

interface Nested {
  readonly path: string;
  /** The index has a link to it. */
  readonly known: boolean;
}

async function nestedIn({ run }: Repo, worktree: string): Promise<readonly Nested[]> {
  const list = async (...args: string[]): Promise<string[]> =>
    fields((await run(worktree, ['ls-files', '-z', ...args])).stdout);
  const [tracked, others] = await Promise.all([list('--stage'), list('--others', '--exclude-standard')]);
  const links = tracked.filter((entry) => entry.startsWith(LINK));
  // Once each: in the middle of a merge there are several entries of a path.
  const paths = new Set(links.map((entry) => entry.slice(entry.indexOf('\t') + 1)));
  const all = [
    ...[...paths].map((path) => ({ path, known: true })),
    // With a slash at the end: a folder that git does not look into, because it is a repository.
    ...others.filter((path) => path.endsWith('/')).map((path) => ({ path: path.slice(0, -1), known: false })),
  ];
  const there = await Promise.all(all.map(({ path }) => isRepository(join(worktree, path))));
  return all.filter((_, index) => there[index]);
}

async function isRepository(path: string): Promise<boolean> {
  const folder = await lstat(path).catch(() => null);
  const git = await lstat(join(path, '.git')).catch(() => null);
  return folder?.isDirectory() === true && git?.isSymbolicLink() === false;
}

/** Something uncommitted, another commit than the one that is linked to, or commits that its remotes do not have. */
async function hasOwn({ run }: Repo, worktree: string, path: string): Promise<boolean> {
  const status = ['--literal-pathspecs', 'status', '--porcelain=v2', '-z', '--untracked-files=normal'];
  const changed = await run(worktree, [...status, '--ignore-submodules=none', '--', path], { accept: 'any' });
  if (changed.exitCode !== 0 || changed.stdout !== '') return true;
  const place = join(worktree, path);
  const mine = ['--branches', '--glob=refs/stash', 'HEAD', '--not', '--remotes', '--tags'];
  const own = await run(place, ['rev-list', '--max-count=1', ...mine], { accept: 'any' });
  return own.exitCode !== 0 || own.stdout !== '';
}

/** What git keeps of a submodule with the worktree goes into its folder, which then is a repository like any other. */
async function bringHome(repo: Repo, worktree: string, place: string): Promise<void> {
  const link = join(place, '.git');
  if (!(await lstat(link)).isFile()) return;
  const [, target] = /^gitdir: (.+)\n?$/.exec(await readFile(link, 'utf8')) ?? [];
  if (target === undefined) return;
  const { stdout } = await repo.run(worktree, ['rev-parse', '--git-dir']);
  const modules = join(await realpath(resolve(worktree, stdout.replace(/\n$/, ''))), 'modules') + sep;
  const home = await realpath(resolve(place, target)).catch(() => null);
  // An agent can write there whatever it likes: nothing but what belongs to this worktree is moved.
  if (home === null || !home.startsWith(modules)) return;
  await unlink(link);
  await rename(home, link);
  // From outside: git refuses to work where this still names the place of before.
  const unset = ['config', '--file', join(link, 'config'), '--unset-all', 'core.worktree'];
  await repo.run(worktree, unset, { accept: 'any' });
}
