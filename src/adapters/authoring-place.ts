import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Git } from '../engine/ports.ts';
import { newRunId, worktreesFolder } from './layout.ts';
import { makePrivateFolder } from './private-files.ts';
import { processes } from './process/processes.ts';

/** Where the files of one command are that writes a PRD. */
export function authoringPlace(teams: string): { readonly id: string; readonly folder: string } {
  const id = newRunId(new Date());
  return { id, folder: join(teams, 'authoring', id) };
}

/** A fresh folder below `.teams/authoring/`. Throws `StorageError`. */
export async function openAuthoring(teams: string): Promise<ReturnType<typeof authoringPlace>> {
  const place = authoringPlace(teams);
  await makePrivateFolder(place.folder);
  return place;
}

export const authoringWorktree = (teams: string, id: string, name: string): string =>
  join(worktreesFolder(teams, id), name);

/** Whatever is done in the worktree is thrown away. The lock of the repository has to be held. */
export async function inAuthoringWorktree<T>(
  git: Git,
  { worktree, head }: { readonly worktree: string; readonly head: string },
  work: () => Promise<T>,
): Promise<T> {
  await git.addDetachedWorktree(worktree, head);
  try {
    return await work();
  } finally {
    await removeWorktree(git, worktree);
  }
}

/** Ends and removes what sessions of a command that was killed left behind. The lock of the repository has to be held. */
export async function clearLeft(git: Git, teams: string): Promise<void> {
  if (!existsSync(join(teams, 'authoring'))) return;
  for (const worktree of await git.worktreesBelow(join(teams, 'worktrees'))) {
    const id = basename(dirname(worktree));
    if (!existsSync(join(teams, 'authoring', id))) continue;
    await processes.reap(id, []);
    await removeWorktree(git, worktree);
  }
}

async function removeWorktree(git: Git, worktree: string): Promise<void> {
  await git.removeWorktree(worktree);
  // Another session of the same command may still be there.
  await rmdir(dirname(worktree)).catch(() => undefined);
}
