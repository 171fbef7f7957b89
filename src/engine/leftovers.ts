import { list } from '../domain/words.ts';
import type { RunContext } from './run-context.ts';
import { leftoverFolder, leftoverPatch } from './run-layout.ts';

/** What an attempt that did not pass left uncommitted is kept beside its logs. */
export async function keepLeftovers(ctx: RunContext, epicId: string, attempt: number): Promise<void> {
  const { git, files } = ctx.ports;
  const worktree = `${files.worktrees}/${epicId}`;
  await git.savePatch(worktree, files.path(leftoverPatch(epicId, attempt)));
  const folder = leftoverFolder(epicId, attempt);
  const nested = await git.keepNested(worktree, files.path(folder));
  if (nested.length === 0) return;
  const text = `a repository inside the worktree was not committed; it is kept in ${folder}: ${list(nested)}`;
  await ctx.publish({ type: 'notice', level: 'warning', code: 'nested-kept', text });
}
