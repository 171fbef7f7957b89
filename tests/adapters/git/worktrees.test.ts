import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitFolders } from '../../../src/adapters/agents/git-folders.ts';
import { openGit } from '../../../src/adapters/git/open.ts';
import { withIndexCopy } from '../../../src/adapters/git/patch.ts';
import { GitError, runGit } from '../../../src/adapters/git/run.ts';
import { StorageError } from '../../../src/adapters/storage-error.ts';
import { tempFolder } from '../temp-folder.ts';
import { commit, git, gitAsync, put, tempRepo } from './repo.ts';

const WEIRD = ['sp ace', 'new\nline', 'tab\t', '-x', 'ünï日本', '"q"', ' lead', 'a b c d e f g h i j'];

test('a worktree goes on with a branch that exists, or makes it without tracking', async () => {
  const { root, first } = tempRepo('teams repo ünï-');
  const port = openGit(root);
  const path = join(root, '.teams', 'worktrees', 'r', 'EPIC-1');
  await port.addWorktree(path, 'teams-epics/r/EPIC-1', 'main');
  expect(await port.worktreeFacts(path)).toEqual({ head: first, branch: 'teams-epics/r/EPIC-1', dirty: [] });
  const made = commit(path, 'work', { 'new.txt': 'x' });
  await port.removeWorktree(path);
  await port.addWorktree(path, 'teams-epics/r/EPIC-1', 'main');
  expect((await port.worktreeFacts(path))?.head).toBe(made);
  expect(() => git(root, 'config', 'branch.teams-epics/r/EPIC-1.merge')).toThrow();
  rmSync(path, { recursive: true });
  await port.addWorktree(path, 'teams-epics/r/EPIC-1', 'main');
  expect((await port.worktreeFacts(path))?.head).toBe(made);
  expect(await port.worktreesBelow(join(root, '.teams'))).toEqual([path]);
  expect(await port.worktreesBelow(join(root, '.teams', 'work'))).toEqual([]);
});

test('facts name what is not committed, whatever it is called', async () => {
  const { root } = tempRepo();
  const head = commit(root, 'weird', Object.fromEntries(WEIRD.map((name) => [name, name])));
  git(root, 'config', 'status.showUntrackedFiles', 'no');
  git(root, 'config', 'status.renames', 'copies');
  const port = openGit(root);
  expect(await port.checkoutFacts()).toEqual({ head, branch: 'main', dirty: [] });
  put(root, Object.fromEntries(WEIRD.map((name) => [name, 'changed'])));
  put(root, { '.gitignore': 'ignored\n', ignored: 'x', 'folder/a': 'x', '? odd': 'x' });
  const expected = [...WEIRD, '.gitignore', 'folder/', '? odd'].toSorted();
  expect((await port.checkoutFacts()).dirty.toSorted()).toEqual(expected);
  git(root, 'add', '--all');
  git(root, 'mv', 'folder/a', 'moved');
  git(root, 'rm', '--cached', '-q', '-f', 'moved');
  expect((await port.checkoutFacts()).dirty).toContain('moved');
  git(root, 'checkout', '-q', '--detach');
  expect((await port.checkoutFacts()).branch).toBeNull();
});

test('unborn, conflicted and vanished checkouts', async () => {
  const root = tempFolder();
  git(root, 'init', '-q', '--initial-branch=main');
  expect(await openGit(root).checkoutFacts()).toEqual({ head: null, branch: 'main', dirty: [] });
  const { root: other } = tempRepo();
  git(other, 'switch', '-qc', 'side');
  commit(other, 'side', { 'a.txt': 'side\n' });
  git(other, 'switch', '-q', 'main');
  commit(other, 'main', { 'a.txt': 'main\n' });
  const port = openGit(other);
  await port.materialiseMerge(other, 'side');
  expect((await port.checkoutFacts()).dirty).toEqual(['a.txt']);
  expect(await port.worktreeFacts(join(other, 'gone'))).toBeNull();
});

test('a folder that has lost its .git does not answer for the checkout around it', async () => {
  const { root } = tempRepo();
  const port = openGit(root);
  const path = join(root, '.teams', 'w');
  await port.addWorktree(path, 'e', 'main');
  put(path, { 'made.txt': 'x' });
  rmSync(join(path, '.git'));
  expect(await port.worktreeFacts(path)).toBeNull();
  expect(await port.savePatch(path, join(root, 'p'))).toBe(false);
  await expect(port.materialiseMerge(path, 'main')).rejects.toThrow(GitError);
});

test.each<[string, (path: string, root: string) => void]>([
  ['clean', () => undefined],
  ['dirty', (path) => put(path, { 'a.txt': 'changed', 'new/file': 'x' })],
  ['locked', (path, root) => git(root, 'worktree', 'lock', path)],
  [
    'locked and gone',
    (path, root) => [git(root, 'worktree', 'lock', path), rmSync(path, { recursive: true })],
  ],
  ['gone', (path) => rmSync(path, { recursive: true })],
  ['without .git', (path) => rmSync(join(path, '.git'))],
  ['locked without .git', (path, root) => [git(root, 'worktree', 'lock', path), rmSync(join(path, '.git'))]],
  ['with a .git of its own', (path) => [rmSync(join(path, '.git')), git(path, 'init', '-q')]],
  ['with garbage as .git', (path) => writeFileSync(join(path, '.git'), 'gitdir: /nowhere\n')],
  ['forgotten by git', (_path, root) => rmSync(join(root, '.git', 'worktrees'), { recursive: true })],
  ['with a nested repository', (path) => [mkdirSync(join(path, 'n')), git(join(path, 'n'), 'init', '-q')]],
  [
    'with read-only folders',
    (path) => [put(path, { 'ro/deep/f': 'x' }), chmodSync(join(path, 'ro/deep'), 0o500)],
  ],
  ['in the middle of a merge', (path) => void git(path, 'merge', '--no-commit', '--no-ff', 'other')],
])('removes a worktree that is %s, once and again', async (_name, spoil) => {
  const { root } = tempRepo();
  git(root, 'branch', 'other', git(root, 'commit-tree', '-p', 'HEAD', '-m', 'x', 'HEAD^{tree}'));
  const port = openGit(root);
  const path = join(root, '.teams', 'w');
  await port.addWorktree(path, 'e', 'main');
  spoil(path, root);
  await port.removeWorktree(path);
  await port.removeWorktree(path);
  expect(existsSync(path)).toBe(false);
  expect(git(root, 'worktree', 'list', '--porcelain')).not.toContain('.teams');
  // The name is free again.
  await port.addWorktree(path, 'e', 'main');
});

test('removing follows no link, and never takes the checkout', async () => {
  const { root } = tempRepo();
  const port = openGit(root);
  const [one, two] = [join(root, '.teams', 'one'), join(root, '.teams', 'two')];
  await port.addWorktree(one, 'e1', 'main');
  await port.addWorktree(two, 'e2', 'main');
  put(two, { precious: 'x' });
  rmSync(one, { recursive: true });
  symlinkSync(two, one);
  await port.removeWorktree(one);
  expect(readFileSync(join(two, 'precious'), 'utf8')).toBe('x');
  expect(await port.worktreesBelow(join(root, '.teams'))).toEqual([two]);
  for (const path of [root, join(root, '..'), join(two, '..', '..')]) {
    await expect(port.removeWorktree(path)).rejects.toThrow('holds the checkout');
  }
});

test('submodules: worktrees are added, are clean and are removed', async () => {
  const { root: library } = tempRepo();
  const { root } = tempRepo();
  git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'lib');
  commit(root, 'with a submodule');
  const port = openGit(root);
  const path = join(root, '.teams', 'w');
  await port.addWorktree(path, 'e', 'main');
  expect((await port.worktreeFacts(path))?.dirty).toEqual([]);
  git(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init');
  put(path, { 'lib/a.txt': 'changed' });
  expect((await port.worktreeFacts(path))?.dirty).toEqual(['lib']);
  await port.removeWorktree(path);
  expect(existsSync(path)).toBe(false);
});

test('a repository that vanishes is told as what it is, with a fix', async () => {
  const { root } = tempRepo();
  const path = join(root, '.teams', 'w');
  await openGit(root).addWorktree(path, 'e', 'main');
  expect(await gitFolders(path)).toEqual([join(root, '.git'), join(root, '.git', 'worktrees', 'w')]);
  const replaced = withIndexCopy({ run: runGit }, root, async () => {
    renameSync(join(root, '.git'), join(root, 'moved'));
    writeFileSync(join(root, '.git'), '');
  });
  await expect(replaced).rejects.toThrow(StorageError);
  await expect(gitFolders(path)).rejects.toThrow(GitError);
});

test('a patch holds everything that is not ignored and leaves the index alone', async () => {
  const { root } = tempRepo();
  const port = openGit(root);
  const path = join(root, '.teams', 'w');
  commit(root, 'base', { '.gitignore': 'secret\n', 'gone.txt': 'x\n', 'bin.dat': '\0\u0001\0' });
  await port.addWorktree(path, 'e', 'main');
  const patch = join(root, '.teams', 'p.patch');
  expect(await port.savePatch(path, patch)).toBe(false);
  expect(existsSync(patch)).toBe(false);

  put(path, {
    'a.txt': 'two\n',
    'new\nname': 'n\n',
    secret: 's',
    'bin.dat': '\0\u0002\0',
    'staged.txt': 's\n',
  });
  rmSync(join(path, 'gone.txt'));
  mkdirSync(join(path, 'nested'));
  git(join(path, 'nested'), 'init', '-q');
  git(path, 'add', 'staged.txt');
  const before = git(path, 'status', '--porcelain=v2');
  git(root, 'config', 'diff.noprefix', 'true');
  git(root, 'config', 'diff.external', '/bin/false');
  expect(await port.savePatch(path, patch)).toBe(true);
  expect(git(path, 'status', '--porcelain=v2')).toBe(before);
  expect(readdirSync(join(root, '.git', 'worktrees', 'w')).filter((name) => name.includes('teams'))).toEqual(
    [],
  );

  const copy = join(root, '.teams', 'copy');
  await port.addDetachedWorktree(copy, 'main');
  expect((await port.worktreeFacts(copy))?.branch).toBeNull();
  git(copy, 'apply', patch);
  expect((await port.worktreeFacts(copy))?.dirty.toSorted()).toEqual(
    ['a.txt', 'bin.dat', 'gone.txt', 'new\nname', 'staged.txt'].toSorted(),
  );
});

test('32 parallel worktrees and 160 concurrent commits, none fails', async () => {
  const { root } = tempRepo();
  // Hooks of the project must not matter for commands of ours.
  put(root, {
    '.git/hooks/post-checkout': '#!/bin/sh\nexit 1\n',
    '.git/hooks/reference-transaction': '#!/bin/sh\nexit 1\n',
  });
  for (const hook of ['post-checkout', 'reference-transaction'])
    chmodSync(join(root, '.git/hooks', hook), 0o755);
  const port = openGit(root);
  const paths = Array.from({ length: 32 }, (_, i) => join(root, '.teams', `w${i}`));
  await Promise.all(paths.map((path, i) => port.addWorktree(path, `teams-epics/r/E-${i}`, 'main')));
  await Promise.all(
    paths.map(async (path, i) => {
      for (let n = 0; n < 5; n++) {
        const message = `c${n}`;
        await gitAsync(
          path,
          '-c',
          'core.hooksPath=/dev/null',
          'commit',
          '-q',
          '--allow-empty',
          '-m',
          message,
        );
      }
      expect(await port.commitsBetween(git(root, 'rev-parse', 'main'), `teams-epics/r/E-${i}`)).toHaveLength(
        5,
      );
    }),
  );
  await Promise.all(paths.map((path) => port.removeWorktree(path)));
  expect(await port.worktreesBelow(join(root, '.teams'))).toEqual([]);
});

test('waits for a lock that somebody else’s git holds for a moment', async () => {
  const { root, first } = tempRepo();
  const port = openGit(root);
  await port.createBranch('b', first);
  const lock = join(root, '.git', 'refs', 'heads', 'b.lock');
  writeFileSync(lock, '');
  const second = commit(root, 'second');
  const moving = port.moveBranch('b', second, first);
  setTimeout(() => rmSync(lock), 100);
  expect(await moving).toBe(true);
});

test('a worktree that is being made or removed is waited for, here and in other processes', async () => {
  const { root } = tempRepo();
  const port = openGit(root);
  const folder = join(root, '.teams');
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  const making = port.addWorktree(one, 'e1', 'main');
  expect(await port.worktreesBelow(folder)).toEqual([one]);
  await making;
  const removing = port.removeWorktree(one);
  expect(await port.worktreesBelow(folder)).toEqual([]);
  await removing;

  // As another git leaves it between two writes: git itself fails on it.
  await port.addWorktree(two, 'e2', 'main');
  const half = join(root, '.git', 'worktrees', 'two', 'commondir');
  writeFileSync(half, '');
  expect(() => git(root, 'worktree', 'list')).toThrow('failed to read');
  const looking = Promise.all([port.worktreesBelow(folder), port.checkoutOf('e2')]);
  setTimeout(() => writeFileSync(half, '../..\n'), 100);
  expect(await looking).toEqual([[two], two]);
});

test('worktrees of a repository that was moved are found where they are now, with what is in them', async () => {
  const { root } = tempRepo();
  const inside = join('.teams', 'worktrees', 'r');
  const before = openGit(root);
  for (const epic of ['E1', 'E2', 'E3']) await before.addWorktree(join(root, inside, epic), epic, 'main');
  put(join(root, inside, 'E1'), { 'new.txt': 'x' });
  rmSync(join(root, inside, 'E3'), { recursive: true });
  // What an agent wrote into it leads nowhere.
  const elsewhere = tempRepo();
  await openGit(elsewhere.root).addWorktree(join(elsewhere.root, 'w'), 'w', 'main');
  const link = readFileSync(join(elsewhere.root, 'w/.git'), 'utf8');
  writeFileSync(join(root, inside, 'E2/.git'), link);
  const place = join(tempFolder(), 'moved');
  renameSync(root, place);

  const after = openGit(place);
  const [one, two] = ['E1', 'E2'].map((epic) => join(place, inside, epic));
  expect(await after.worktreesBelow(join(place, inside))).toEqual([one]);
  expect((await after.worktreeFacts(one ?? ''))?.dirty).toEqual(['new.txt']);
  await after.removeWorktree(one ?? '');
  await after.addWorktree(one ?? '', 'E1', 'main');
  expect(existsSync(join(elsewhere.root, 'w'))).toBe(true);
  expect(git(elsewhere.root, 'worktree', 'list')).not.toContain(two);
  renameSync(place, root);
});
