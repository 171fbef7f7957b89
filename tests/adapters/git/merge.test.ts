import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openGit } from '../../../src/adapters/git/open.ts';
import { GitError } from '../../../src/adapters/git/run.ts';
import { commit, git, put, tempRepo } from './repo.ts';

const LONG = Array.from({ length: 30 }, (_, i) => `${i}\n`).join('');

function conflicting(): { root: string; names: string[] } {
  const { root } = tempRepo();
  const names = ['a.txt', 'new\nline', '-x y', ':(glob)*', 'ünï'];
  commit(root, 'base', Object.fromEntries([...names, 'calm'].map((name) => [name, LONG])));
  git(root, 'switch', '-qc', 'side');
  commit(root, 'side', Object.fromEntries(names.map((name) => [name, LONG.replace('7\n', 'side\n')])));
  git(root, 'switch', '-q', 'main');
  commit(root, 'main', Object.fromEntries(names.map((name) => [name, LONG.replace('7\n', 'main\n')])));
  return { root, names };
}

test('computes a clean merge without any checkout', async () => {
  const { root, first } = tempRepo();
  git(root, 'switch', '-qc', 'side');
  commit(root, 'side', { 's.txt': 's' });
  git(root, 'switch', '-q', 'main');
  commit(root, 'main', { 'm.txt': 'm' });
  const port = openGit(root);
  const { tree, conflicts } = await port.mergeTree('main', 'side');
  expect(conflicts).toEqual([]);
  expect((await port.changesBetween(await port.treeOf(first), tree)).paths.toSorted()).toEqual([
    'm.txt',
    's.txt',
  ]);
  expect((await port.checkoutFacts()).dirty).toEqual([]);
  await expect(port.mergeTree('main', 'b'.repeat(40))).rejects.toThrow(GitError);
});

test('names conflicting files, and finds the markers that are left', async () => {
  const { root, names } = conflicting();
  const port = openGit(root);
  const { tree, conflicts } = await port.mergeTree('main', 'side');
  expect(conflicts.toSorted()).toEqual(names.toSorted());
  expect((await port.pathsWithMarkers(tree, conflicts)).toSorted()).toEqual(names.toSorted());
  expect(await port.pathsWithMarkers('main', names)).toEqual([]);
  expect(await port.pathsWithMarkers(tree, ['calm'])).toEqual([]);
  expect(await port.pathsWithMarkers(tree, [])).toEqual([]);
});

test('markers are found in files whose names are no UTF-8, and not in their neighbours', async () => {
  const { root } = tempRepo();
  const marked = '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n';
  const latin = Buffer.from(`${root}/d[1]/caf\xe9 *.txt`, 'latin1');
  put(root, { 'd[1]/calm': '', 'd1/cafe.txt': marked, 'd[1]/cafe.md': marked });
  writeFileSync(latin, marked);
  const tree = await openGit(root).treeOf(commit(root, 'marked'));
  const path = 'd[1]/caf\uFFFD *.txt';
  expect(await openGit(root).pathsWithMarkers(tree, ['d[1]/calm', path])).toEqual([path]);
  writeFileSync(latin, 'resolved\n');
  const resolved = await openGit(root).treeOf(commit(root, 'resolved'));
  expect(await openGit(root).pathsWithMarkers(resolved, [path])).toEqual([]);
});

test('lays a conflict out in a worktree', async () => {
  const { root } = conflicting();
  const port = openGit(root);
  const path = join(root, '.teams', 'w');
  git(root, 'config', 'rerere.enabled', 'true');
  await port.addWorktree(path, 'e', 'main');
  await port.materialiseMerge(path, 'side');
  expect(readFileSync(join(path, 'a.txt'), 'utf8')).toContain('<<<<<<< ');
  await expect(port.materialiseMerge(path, 'side')).rejects.toThrow(GitError);
  put(path, { 'a.txt': 'x' });
});

test('a merge without conflicts is laid out uncommitted', async () => {
  const { root, first } = tempRepo();
  const side = git(root, 'commit-tree', '-p', first, '-m', 'side', 'HEAD^{tree}');
  await openGit(root).materialiseMerge(root, side);
  expect(git(root, 'rev-parse', 'HEAD')).toBe(first);
});

test('signs when the person signs', async () => {
  const { root, first } = tempRepo();
  put(root, {
    '.git/gpg': '#!/bin/sh\ncat >/dev/null\nprintf "[GNUPG:] SIG_CREATED \\n" >&2\necho SIGNATURE\n',
  });
  chmodSync(join(root, '.git/gpg'), 0o755);
  const parts = { tree: `${first}^{tree}`, parents: [first], message: 'm', trailers: {} };
  expect(git(root, 'cat-file', 'commit', await openGit(root).commitTree(parts))).not.toContain('gpgsig');
  git(root, 'config', 'commit.gpgsign', 'true');
  git(root, 'config', 'gpg.program', join(root, '.git/gpg'));
  expect(git(root, 'cat-file', 'commit', await openGit(root).commitTree(parts))).toContain(
    'gpgsig SIGNATURE',
  );
});

test('brings a branch forward that is checked out nowhere', async () => {
  const { root, first } = tempRepo();
  git(root, 'branch', 'release');
  const second = commit(root, 'second');
  const port = openGit(root);
  expect(await port.fastForward('release', second)).toEqual({ ok: true, value: undefined });
  expect(git(root, 'rev-parse', 'release')).toBe(second);
  expect(await port.fastForward('release', first)).toMatchObject({
    ok: false,
    error: { code: 'not-landed' },
  });
  expect(await port.fastForward('none', first)).toMatchObject({
    ok: false,
    error: { why: 'there is no branch none' },
  });
});

test('brings a checked-out branch forward and touches no local change', async () => {
  const { root, first } = tempRepo();
  git(root, 'switch', '-qc', 'work');
  const target = commit(root, 'work', { 'a.txt': 'work\n', 'b.txt': 'b\n' });
  git(root, 'switch', '-q', 'main');
  const port = openGit(root);

  put(root, { 'a.txt': 'local\n' });
  const refused = await port.fastForward('main', target);
  expect(refused).toMatchObject({
    ok: false,
    error: {
      where: root,
      fix: `git -C ${root} merge ${target}   (after committing or stashing what is in the way)`,
    },
  });
  expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('local\n');
  expect(git(root, 'rev-parse', 'main')).toBe(first);

  git(root, 'checkout', '-q', 'a.txt');
  put(root, { 'other.txt': 'mine' });
  expect((await port.fastForward('main', target)).ok).toBe(true);
  expect(readFileSync(join(root, 'b.txt'), 'utf8')).toBe('b\n');
  expect((await port.checkoutFacts()).dirty).toEqual(['other.txt']);
});
