import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findRepository } from '../../src/adapters/find-repository.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'teams-repository-')));
});
afterEach(() => rm(folder, { recursive: true }));

const git = (cwd: string, ...args: string[]): void => {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd, stdio: 'ignore' });
};

const found = async (cwd: string): Promise<string> => {
  const root = await findRepository(cwd);
  return root.ok ? root.value : root.error.code;
};

test('plain repository, linked worktree, worktree of a run, bare repository', async () => {
  const main = join(folder, 'my project');
  git(folder, 'init', '-q', main);
  git(main, 'commit', '-q', '--allow-empty', '-m', 'x');
  const ofRun = join(main, '.teams/worktrees/r1/EPIC-001');
  git(main, 'worktree', 'add', '-q', ofRun);
  git(main, 'worktree', 'add', '-q', join(folder, 'linked'));
  git(folder, 'init', '-q', '--bare', join(folder, 'bare.git'));
  await mkdir(join(ofRun, 'src'));
  await mkdir(join(main, 'src/.git'), { recursive: true });

  expect(await found(main)).toBe(main);
  expect(await found(join(main, 'src'))).toBe(main);
  expect(await found(join(ofRun, 'src'))).toBe(main);
  expect(await found(join(folder, 'linked'))).toBe(join(folder, 'linked'));
  expect(await found(join(folder, 'bare.git'))).toBe('not-a-repository');
  expect(await found(folder)).toBe('not-a-repository');
});
