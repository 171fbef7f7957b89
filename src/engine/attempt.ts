import { epicBranch } from '../domain/branches.ts';
import type { Reason, Usage } from '../domain/events.ts';
import { storiesToDo } from '../domain/state.ts';
import { takeSeat } from './backends.ts';
import { type LeadPlace, leadSession } from './lead-session.ts';
import { keepLeftovers } from './leftovers.ts';
import { findingsBefore } from './proof.ts';
import type { RunContext } from './run-context.ts';
import { attemptFolder } from './run-layout.ts';
import { prepareWorktree, runChecks, verifyCommands } from './worktree-checks.ts';

interface AttemptEnd {
  readonly outcome: 'passed' | 'failed' | 'interrupted';
  readonly reasons: readonly Reason[];
  readonly usage: Usage | null;
  /** Where the branch is, if that is known already. */
  readonly head: string | null;
}

/**
 * One attempt at an epic, from the worktree to the checks on its branch. What the session claims counts only as far
 * as git confirms it.
 */
export async function attemptEpic(ctx: RunContext, epicId: string): Promise<void> {
  const before = ctx.epic(epicId);
  const attempt = before.attempt + 1;
  const base = before.base ?? ctx.state.head;
  // "@" is in no id, so the branch of an epic that was reset never meets another one.
  const branch = before.branch ?? epicBranch(ctx.runId, epicId) + (before.attempt === 0 ? '' : `@${attempt}`);
  const todo = storiesToDo(before);
  const wished = before.plan.backend;
  const models = { ...ctx.config.models, ...ctx.epicText(epicId).models };
  // It was decided a moment ago that one is usable; if that has changed, its session finds out again.
  const seat = takeSeat(ctx, wished, models) ?? { backend: wished, models };
  const { backend } = seat;
  const head = before.head ?? base;
  await ctx.publish({
    type: 'attempt.started',
    epicId,
    attempt,
    branch,
    base,
    head,
    backend,
    todo: [...todo],
  });

  const { git, files } = ctx.ports;
  const worktree = `${files.worktrees}/${epicId}`;
  await files.makeFolder(attemptFolder(epicId, attempt));
  await git.addWorktree(worktree, branch, head);
  const end = await workIn(ctx, { epicId, attempt, base, branch, todo, seat, worktree });
  // A passed attempt left nothing uncommitted; after any other, what it left is kept beside its logs.
  if (end.outcome !== 'passed') await keepLeftovers(ctx, epicId, attempt);
  await git.removeWorktree(worktree);
  if (end.outcome === 'failed') await ctx.lookAtCheckout();
  const tip = end.head ?? (await git.resolve(`refs/heads/${branch}`));
  await ctx.publish({
    type: 'attempt.ended',
    epicId,
    attempt,
    outcome: end.outcome,
    reasons: [...end.reasons],
    head: tip,
    usage: end.usage,
  });
}

async function workIn(ctx: RunContext, place: LeadPlace): Promise<AttemptEnd> {
  const checkFolder = `${attemptFolder(place.epicId, place.attempt)}/checks`;
  const setup = await prepareWorktree(ctx, {
    epicId: place.epicId,
    worktree: place.worktree,
    folder: checkFolder,
  });
  if (setup.stopped) return { outcome: 'interrupted', reasons: [], usage: null, head: null };
  if (setup.failed !== null) return { outcome: 'failed', reasons: [setup.failed], usage: null, head: null };

  let usage: Usage | null = null;
  let head: string | null = null;
  const findings = await findingsBefore(ctx, place);
  // Every story is proven already and nothing was found wrong: only the checks are left, e.g. after a crash.
  if (place.todo.length > 0 || findings.length > 0) {
    if (ctx.stop.aborted) return { outcome: 'interrupted', reasons: [], usage: null, head: null };
    const session = await leadSession(ctx, place, findings);
    usage = session.usage;
    head = session.head;
    if (session.stopped) return { outcome: 'interrupted', reasons: [], usage, head };
    if (session.reasons.length > 0) return { outcome: 'failed', reasons: session.reasons, usage, head };
  }
  const verify = await runChecks(ctx, {
    epicId: place.epicId,
    where: 'epic',
    worktree: place.worktree,
    folder: checkFolder,
    commands: verifyCommands(ctx, place.epicId),
  });
  if (verify.stopped) return { outcome: 'interrupted', reasons: [], usage, head };
  if (verify.failed !== null) return { outcome: 'failed', reasons: [verify.failed], usage, head };
  return { outcome: 'passed', reasons: [], usage, head };
}
