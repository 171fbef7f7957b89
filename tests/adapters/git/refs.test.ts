import { expect, test } from 'vitest';
import { openGit } from '../../../src/adapters/git/open.ts';
import { GitError } from '../../../src/adapters/git/run.ts';
import { commit, git, tempRepo } from './repo.ts';

const NOWHERE = 'a'.repeat(40);

test('resolves revisions to commits, and hostile ones to nothing', async () => {
  const { root, first } = tempRepo();
  const port = openGit(root);
  expect(await port.resolve('HEAD')).toBe(first);
  expect(await port.resolve('main')).toBe(first);
  for (const hostile of [
    'nothing',
    NOWHERE,
    '-x',
    '--help',
    '$(id)',
    '',
    'main..main',
    'HEAD:a.txt',
    '@{u}',
  ]) {
    expect(await port.resolve(hostile), hostile).toBeNull();
  }
  expect(await port.treeOf(first)).toBe(git(root, 'rev-parse', 'HEAD^{tree}'));
});

test('knows ancestors; a commit that does not exist is nobody’s ancestor', async () => {
  const { root, first } = tempRepo();
  const second = commit(root, 'second');
  const port = openGit(root);
  expect(await port.isAncestor(first, second)).toBe(true);
  expect(await port.isAncestor(first, first)).toBe(true);
  expect(await port.isAncestor(second, first)).toBe(false);
  expect(await port.isAncestor(NOWHERE, first)).toBe(false);
});

test('a branch is made once, and moved only from where it was', async () => {
  const { root, first } = tempRepo();
  const second = commit(root, 'second');
  const port = openGit(root);
  expect(await port.createBranch('teams/run', first)).toBe(true);
  expect(await port.createBranch('teams/run', second)).toBe(false);
  expect(await port.moveBranch('teams/run', second, second)).toBe(false);
  expect(await port.moveBranch('teams/run', second, first)).toBe(true);
  expect(await port.moveBranch('teams/gone', second, first)).toBe(false);
  // Repeated after a signal: it is where it has to be.
  expect(await port.moveBranch('teams/run', second, first)).toBe(true);
  expect(git(root, 'rev-parse', 'teams/run')).toBe(second);
  await expect(port.createBranch('teams/other', NOWHERE)).rejects.toThrow(GitError);
});

test('of racing moves exactly one wins', async () => {
  const { root, first } = tempRepo();
  const port = openGit(root);
  await port.createBranch('teams/run', first);
  const targets = Array.from({ length: 8 }, (_, i) => commit(root, `c${i}`));
  const other = openGit(root);
  const won = await Promise.all(
    targets.map((to, i) => (i % 2 ? port : other).moveBranch('teams/run', to, first)),
  );
  expect(won.filter(Boolean)).toHaveLength(1);
});

test('deletes branches that are where they should be, and only those', async () => {
  const { root, first } = tempRepo();
  const second = commit(root, 'second');
  const port = openGit(root);
  await port.createBranch('e/a', first);
  await port.createBranch('e/b', first);
  await port.createBranch('e/moved', second);
  await port.deleteBranches([]);
  await port.deleteBranches(['a', 'moved', 'gone', 'b'].map((name) => ({ branch: `e/${name}`, at: first })));
  expect(await port.branchesUnder('e/')).toEqual([{ branch: 'e/moved', commit: second }]);
  await port.deleteBranches([{ branch: 'e/moved', at: second }]);
  expect(await port.branchesUnder('e/')).toEqual([]);
});

test('lists branches below a prefix, newest commit first', async () => {
  const { root, first } = tempRepo();
  const port = openGit(root);

  process.env['GIT_COMMITTER_DATE'] = '2040-01-01T00:00:00Z';
  const later = commit(root, 'later');
  delete process.env['GIT_COMMITTER_DATE'];
  await port.createBranch('teams/old', first);
  await port.createBranch('teams/new', later);
  await port.createBranch('teamsters', later);
  expect((await port.branchesUnder('teams/')).map(({ branch }) => branch).toSorted()).toEqual([
    'teams/new',
    'teams/old',
  ]);
});
