import type { Reason } from '../domain/events.ts';
import { clip, printable } from '../domain/printable.ts';
import { list } from '../domain/words.ts';
import { advance } from './integration.ts';
import type { Candidate, MergeWork, Obstacle } from './merge-work.ts';
import { resolveMerge } from './resolve.ts';
import type { RunContext } from './run-context.ts';
import { checkCommit, verifyCommands } from './worktree-checks.ts';

/**
 * Merges an epic that passed: computed without a checkout, checked in a worktree of its own, and only then made
 * visible by one compare-and-swap. A conflict, or a check that fails on the merged tree, goes to a merger session.
 */
export async function mergeEpic(ctx: RunContext, epicId: string): Promise<void> {
  const epic = ctx.epic(epicId);
  const onto = ctx.state.head;
  const { attempt, branch, head } = epic;
  if (branch === null || head === null) throw new Error(`${epicId} has nothing to merge`);
  await ctx.publish({ type: 'merge.started', epicId, attempt, merge: epic.conflicts + 1, onto, head });
  const work: MergeWork = { epicId, attempt, onto, head, folder: `merges/${epicId}/attempt-${attempt}` };

  const merged = await ctx.ports.git.mergeTree(onto, head);
  let candidate: Candidate | Obstacle =
    merged.conflicts.length === 0
      ? { tree: merged.tree, by: 'git' }
      : { kind: 'conflict', files: merged.conflicts, reason: `conflicts in ${list(merged.conflicts)}` };
  for (;;) {
    if (ctx.stop.aborted) return ctx.publish({ type: 'merge.interrupted', epicId, held: false });
    if ('tree' in candidate) {
      const commit = await commitCandidate(ctx, work, candidate);
      const failed = await checkCandidate(ctx, work, commit);
      if (failed === 'stopped') return ctx.publish({ type: 'merge.interrupted', epicId, held: false });
      if (failed === null) return land(ctx, work, candidate, commit, branch);
      candidate = { kind: 'check', files: [], reason: failed.text, details: failed.details };
    }
    const obstacle: Obstacle = candidate;
    const { kind, files, reason } = obstacle;
    await ctx.publish({ type: 'merge.conflicted', epicId, kind, files: [...files], reason });
    if (ctx.epic(epicId).conflicts > ctx.state.started.attempts.merge) {
      return ctx.publish({
        type: 'merge.failed',
        epicId,
        reason,
        files: [...files],
        branch,
      });
    }
    const next = await resolveMerge(ctx, work, obstacle, merged);
    if (next === 'stopped' || next === 'held') {
      return ctx.publish({ type: 'merge.interrupted', epicId, held: next === 'held' });
    }
    candidate = next;
  }
}

/** The commit that the integration branch would move to. Its trailers let recovery recognise it, whatever the journal lost. */
async function commitCandidate(ctx: RunContext, work: MergeWork, candidate: Candidate): Promise<string> {
  const { title } = ctx.epic(work.epicId).plan;
  return ctx.ports.git.commitTree({
    tree: candidate.tree,
    parents: [work.onto, work.head],
    message: `${work.epicId}: ${clip(printable(title), 100)}`,
    trailers: { 'Teams-Run': ctx.runId, 'Teams-Epic': work.epicId, 'Teams-Attempt': String(work.attempt) },
  });
}

const checkCandidate = (
  ctx: RunContext,
  { epicId, folder }: MergeWork,
  commit: string,
): Promise<Reason | 'stopped' | null> =>
  checkCommit(ctx, commit, {
    epicId,
    where: 'candidate',
    folder: `${folder}/checks-${ctx.epic(epicId).conflicts}`,
    commands: verifyCommands(ctx, epicId),
  });

async function land(
  ctx: RunContext,
  work: MergeWork,
  candidate: Candidate,
  commit: string,
  branch: string,
): Promise<void> {
  const { epicId, attempt } = work;
  const evidence = {
    v: 1,
    epicId,
    attempt,
    commit,
    onto: work.onto,
    head: work.head,
    by: candidate.by,
    logs: work.folder,
  };
  await ctx.ports.files.makeFolder('merges');
  await ctx.ports.files.write(`merges/${epicId}.json`, `${JSON.stringify(evidence, null, 2)}\n`);
  const reason = await advance(ctx, work.onto, commit);
  if (reason !== null) return ctx.publish({ type: 'merge.failed', epicId, reason, files: [], branch });
  await ctx.publish({ type: 'merge.done', epicId, attempt, commit, by: candidate.by, recovered: false });
}
