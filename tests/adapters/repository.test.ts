import { chmodSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  workProblem,
  excludeTeamsFolder,
  openRepository,
  snapshotTracked,
} from '../../src/adapters/repository.ts';
import { commit, git, put, tempRepo } from './git/repo.ts';
import { tempFolder } from './temp-folder.ts';

const environment = { ...process.env };
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});

async function problemOf(cwd: string): Promise<string> {
  const opened = await openRepository(cwd);
  return opened.ok ? 'none' : `${opened.error.code}: ${opened.error.what} | ${opened.error.fix ?? ''}`;
}

test('opens a repository from anywhere in it', async () => {
  const { root, first } = tempRepo('teams sp ace ünï-');
  put(root, { 'deep/er/x': 'x' });
  const expected = {
    root,
    commonDir: join(root, '.git'),
    head: first,
    branch: 'main',
    shallow: false,
    hasSubmodules: false,
  };
  expect(await openRepository(join(root, 'deep/er'))).toEqual({ ok: true, value: expected });
  git(root, 'checkout', '-q', '--detach');
  put(root, { '.gitmodules': '' });
  expect(await openRepository(root)).toMatchObject({ value: { branch: null, hasSubmodules: true } });
  git(root, 'worktree', 'add', '-q', join(root, 'linked'), '-b', 'linked/x');
  expect(await openRepository(join(root, 'linked'))).toMatchObject({
    value: { root: join(root, 'linked'), branch: 'linked/x', commonDir: join(root, '.git') },
  });
});

test('variables that a hook of git would hand down do not matter', async () => {
  const { root } = tempRepo();
  process.env['GIT_DIR'] = '/nowhere';
  process.env['GIT_INDEX_FILE'] = '/nowhere';
  process.env['GIT_WORK_TREE'] = '/nowhere';
  process.env['EDITOR'] = 'vi';
  process.env['GIT_EDITOR'] = 'vi';
  expect(await openRepository(root)).toMatchObject({ ok: true, value: { root } });
});

test('a shallow clone is known as one', async () => {
  const { root } = tempRepo();
  commit(root, 'second');
  const clone = tempFolder();
  git(clone, 'clone', '-q', '--depth', '1', `file://${root}`, '.');
  expect(await openRepository(clone)).toMatchObject({ value: { shallow: true, branch: 'main' } });
});

test('refuses what has no checkout or no commit, with a fix', async () => {
  const nowhere = tempFolder();
  expect(await problemOf(nowhere)).toMatch(
    /^not-a-repository: this is not inside a git repository .*git init/,
  );
  expect(await problemOf(join(nowhere, 'gone'))).toMatch(/^no-folder/);
  const bare = tempFolder();
  git(bare, 'init', '-q', '--bare');
  expect(await problemOf(bare)).toMatch(/^bare-repository: /);
  const unborn = tempFolder();
  git(unborn, 'init', '-q', '--initial-branch=main');
  expect(await problemOf(unborn)).toMatch(/^unborn-branch: branch main has no commit yet .*--allow-empty/);
  const { root } = tempRepo();
  expect(await problemOf(join(root, '.git'))).toMatch(/^not-a-checkout: /);
});

test('git that is missing or too old', async () => {
  const { root } = tempRepo();
  const bin = tempFolder();
  const path = process.env['PATH'] ?? '';
  process.env['PATH'] = bin;
  expect(await problemOf(root)).toMatch(/^no-git: /);
  for (const [version, code] of [
    ['git version 2.37.9 (Apple Git-1)', 'old-git: git 2.37.9 is too old'],
    ['git version 1.99', 'old-git'],
    ['nonsense', 'old-git'],
  ]) {
    writeFileSync(join(bin, 'git'), `#!/bin/sh\necho '${version}'\n`);
    chmodSync(join(bin, 'git'), 0o755);
    process.env['PATH'] = bin + delimiter + path;
    expect(await problemOf(root)).toContain(code);
  }
});

test('says when a commit cannot be made or signed', async () => {
  const { root } = tempRepo();
  expect(await workProblem(root)).toBeNull();
  git(root, 'config', 'commit.gpgsign', 'true');
  git(root, 'config', 'gpg.program', '/bin/false');
  expect(await workProblem(root)).toMatchObject({ code: 'cannot-sign', where: root });
  git(root, 'config', 'commit.gpgsign', 'false');
  git(root, 'config', 'user.useConfigOnly', 'true');
  for (const name of ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL']) {
    delete process.env[name];
  }
  expect(await workProblem(root)).toMatchObject({
    code: 'cannot-commit',
    fix: expect.stringContaining('user.name'),
  });
});

test('keeps .teams out of what git shows, once', async () => {
  const { root } = tempRepo();
  const commonDir = join(root, '.git');
  const path = join(commonDir, 'info/exclude');
  put(root, { '.teams/x': 'x' });
  writeFileSync(path, 'mine');
  await excludeTeamsFolder({ commonDir });
  await excludeTeamsFolder({ commonDir });
  expect(readFileSync(path, 'utf8')).toBe('mine\n/.teams/\n');
  expect(git(root, 'status', '--porcelain')).toBe('');
  rmSync(join(commonDir, 'info'), { recursive: true });
  await excludeTeamsFolder({ commonDir });
  expect(readFileSync(path, 'utf8')).toBe('/.teams/\n');
});

test('a change in the second in which git wrote the index, to the same size, is one too', async () => {
  const { root } = tempRepo();
  // Nobody can set the time of the last change of an inode, so git is told not to look at it.
  git(root, 'config', 'core.trustctime', 'false');
  const second = 1_700_000_000;
  put(root, { 'a.txt': '1' });
  utimesSync(join(root, 'a.txt'), second, second);
  commit(root, 'one');
  utimesSync(join(root, '.git', 'index'), second, second);
  put(root, { 'a.txt': '2' });
  utimesSync(join(root, 'a.txt'), second, second);
  expect(await snapshotTracked(root)).not.toBeNull();
});

test('a snapshot has what is changed in tracked files and touches nothing', async () => {
  const { root } = tempRepo('teams sp ace-');
  const head = commit(root, 'x', { 'sp ace/ünï.txt': '1', 'gone.txt': '1', '.gitignore': '.env' });
  expect(await snapshotTracked(root)).toBeNull();
  put(root, {
    'a.txt': 'changed',
    'sp ace/ünï.txt': '2',
    'staged.txt': 's',
    'untracked.txt': 'u',
    '.env': 'SECRET',
  });
  rmSync(join(root, 'gone.txt'));
  git(root, 'add', 'staged.txt');
  const before = git(root, 'status', '--porcelain=v2', '--branch');
  const made = await snapshotTracked(root);
  expect(git(root, 'status', '--porcelain=v2', '--branch')).toBe(before);
  expect(git(root, 'stash', 'list')).toBe('');
  expect(git(root, 'rev-parse', `${made}^`)).toBe(head);
  const names = git(root, 'diff', '--name-status', '-z', head, made ?? '')
    .split('\0')
    .filter(Boolean);
  expect(names).toEqual(['M', 'a.txt', 'D', 'gone.txt', 'M', 'sp ace/ünï.txt', 'A', 'staged.txt']);
});

test.each(['teams', 'teams-epics'])(
  'a branch %s is in the way of those of a run, until it has another name',
  async (branch) => {
    const { root } = tempRepo();
    for (const name of [`${branch}/20261121-0211-k3f9xq`, `mine/${branch}`, 'teams2'])
      git(root, 'branch', name);
    expect(await workProblem(root)).toBeNull();
    git(root, 'branch', '-D', `${branch}/20261121-0211-k3f9xq`);
    git(root, 'checkout', '-q', '-b', branch);
    const problem = await workProblem(root);
    expect(problem).toEqual({
      code: 'branch-in-the-way',
      what: `there is a branch ${branch}, and beside it git can make no ${branch}/<run-id>`,
      where: root,
      why: 'every run keeps its work on branches of such names',
      fix: `git branch -m ${branch} my-${branch}`,
    });
    git(root, ...(problem?.fix ?? '').split(' ').slice(1));
    expect(await workProblem(root)).toBeNull();
  },
);
