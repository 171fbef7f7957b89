import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import type { TempRepo } from './temp-repo.ts';

/** Pids of live processes that carry the mark of the run in their environment. */
export const survivors = (runId: string): readonly number[] => processesWith(`TEAMS_RUN_ID=${runId}`);

/** Pids of live processes with this `NAME=value` in their environment. Zombies have none and do not count. */
export function processesWith(variable: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(variable));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // It ended meanwhile, or belongs to someone else: either way it is none of ours.
    return [];
  }
}

/** What should be gone once `teams` has ended, by kind; every list is empty in a clean repository. */
export function leftovers(
  repo: Pick<TempRepo, 'path' | 'git'>,
): Readonly<Record<string, readonly (string | number)[]>> {
  const files = readdirSync(repo.path, { recursive: true, encoding: 'utf8' });
  const runs = files.flatMap((file) => /^\.teams\/runs\/([^/]+)$/.exec(file)?.[1] ?? []);
  const worktrees = repo.git('worktree', 'list', '--porcelain').split('\n');
  return {
    processes: runs.flatMap(survivors),
    worktrees: worktrees.filter((line) => line.startsWith('worktree ') && line !== `worktree ${repo.path}`),
    checkouts: files.filter((file) => /^\.teams\/worktrees\/./.test(file)),
    // Halves of atomic writes and locks, of git's too.
    strays: files.filter(
      (file) => !file.includes('node_modules/') && /(\.tmp|\.lock|~|^\.teams\/lock)$/.test(file),
    ),
    // The checkout is alone in its temporary folder.
    beside: readdirSync(join(repo.path, '..')).filter((name) => name !== basename(repo.path)),
  };
}

/** No process of any run, no worktree, no temporary file and no lock is left. */
export function assertNothingLeft(repo: Pick<TempRepo, 'path' | 'git'>): void {
  expect(leftovers(repo)).toEqual({ processes: [], worktrees: [], checkouts: [], strays: [], beside: [] });
}
