import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openGit } from '../../../src/adapters/git/open.ts';
import { commit, git, put, tempRepo } from './repo.ts';

const LOCAL = ['-c', 'protocol.file.allow=always'] as const;

/** A worktree as an attempt has it, in a repository with the submodule `lib/sub`, and where its leftovers go. */
async function attempt() {
  const { root: library } = tempRepo();
  const { root } = tempRepo();
  git(root, ...LOCAL, 'submodule', '--quiet', 'add', library, 'lib/sub');
  commit(root, 'with a submodule', { '.gitignore': 'ignored\n' });
  const port = openGit(root);
  const worktree = join(root, '.teams', 'w');
  await port.addWorktree(worktree, 'e', 'main');
  return { root, port, worktree, kept: join(root, '.teams', 'kept'), sub: join(worktree, 'lib/sub') };
}

const update = (worktree: string): string =>
  git(worktree, ...LOCAL, 'submodule', '--quiet', 'update', '--init');

test('repositories that an agent made are kept with all they hold, whatever git knows of them', async () => {
  const { port, worktree, kept } = await attempt();
  const made = ['unborn ünï', 'committed', 'staged', 'deep/untracked', 'ignored'];
  for (const path of made) {
    mkdirSync(join(worktree, path), { recursive: true });
    git(join(worktree, path), 'init', '-q', '--initial-branch=main');
    if (path !== 'unborn ünï') commit(join(worktree, path), 'inside', { 'done.txt': path });
    put(join(worktree, path), { 'open.txt': path });
  }
  git(worktree, 'add', 'committed');
  git(worktree, 'commit', '-qm', 'a link');
  git(worktree, 'add', 'staged');

  const names = await port.keepNested(worktree, kept);
  expect(names.toSorted()).toEqual(['committed', 'deep/untracked', 'staged', 'unborn ünï']);
  await port.removeWorktree(worktree);
  for (const path of names) expect(readFileSync(join(kept, path, 'open.txt'), 'utf8')).toBe(path);
  expect(git(join(kept, 'deep/untracked'), 'log', '--format=%s')).toBe('inside');
  expect(existsSync(join(kept, 'ignored'))).toBe(false);
});

test('a submodule is kept with its own commits and changes, and stands alone then', async () => {
  const { port, worktree, kept, sub } = await attempt();
  update(worktree);
  const own = commit(sub, 'only here', { 'new.txt': 'x' });
  put(sub, { 'open.txt': 'y' });
  expect(await port.keepNested(worktree, kept)).toEqual(['lib/sub']);
  // As after a crash in between.
  expect(await port.keepNested(worktree, kept)).toEqual([]);
  expect(await port.savePatch(worktree, join(kept, 'patch'))).toBe(false);
  await port.removeWorktree(worktree);
  const there = join(kept, 'lib/sub');
  expect(git(there, 'rev-parse', 'HEAD')).toBe(own);
  expect(git(there, 'status', '--porcelain')).toBe('?? open.txt');
});

test('a submodule whose commit is linked to but not published is kept, one without anything of its own is not', async () => {
  const { port, worktree, kept, sub } = await attempt();
  expect(await port.keepNested(worktree, kept)).toEqual([]);
  update(worktree);
  expect(await port.keepNested(worktree, kept)).toEqual([]);
  git(sub, 'switch', '-q', '--detach');
  const own = commit(sub, 'only here', { 'new.txt': 'x' });
  commit(worktree, 'links to it');
  expect(await port.keepNested(worktree, kept)).toEqual(['lib/sub']);
  expect(git(join(kept, 'lib/sub'), 'rev-parse', 'HEAD')).toBe(own);
});

test('a link that leads elsewhere moves nothing but the folder', async () => {
  const { root, port, worktree, kept, sub } = await attempt();
  put(sub, { 'open.txt': 'x' });
  writeFileSync(join(sub, '.git'), `gitdir: ${join(root, '.git')}\n`);
  expect(await port.keepNested(worktree, kept)).toEqual(['lib/sub']);
  expect(existsSync(join(root, '.git', 'HEAD'))).toBe(true);
  expect(readFileSync(join(kept, 'lib/sub/open.txt'), 'utf8')).toBe('x');
  rmSync(worktree, { recursive: true });
  expect(await port.keepNested(worktree, kept)).toEqual([]);
});

test('in a sparse checkout a patch has also what lies outside of it', async () => {
  const { root } = tempRepo();
  commit(root, 'base', { 'in/a.txt': 'a\n', 'out/b.txt': 'b\n' });
  git(root, 'sparse-checkout', 'set', '--cone', 'in');
  const port = openGit(root);
  const worktree = join(root, '.teams', 'w');
  await port.addWorktree(worktree, 'e', 'main');
  put(worktree, { 'out/new.txt': 'new\n', 'in/a.txt': 'changed\n' });
  const patch = join(root, '.teams', 'p.patch');
  expect(await port.savePatch(worktree, patch)).toBe(true);
  const paths = readFileSync(patch, 'utf8').match(/^diff --git .*$/gm);
  expect(paths).toEqual(['diff --git a/in/a.txt b/in/a.txt', 'diff --git a/out/new.txt b/out/new.txt']);
});
