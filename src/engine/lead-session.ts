import type { Reason, Usage } from '../domain/events.ts';
import { agreedPlanOf } from './agreed-plan.ts';
import type { Seat } from './backends.ts';
import { withLastWords } from './ended-badly.ts';
import { commandsText, findingsText, findingText, storiesText } from './prompts.ts';
import {
  type AttemptWork,
  judgeAttempt,
  leadRole,
  type LeadRole,
  provenStories,
  publishStories,
} from './proof.ts';
import type { RunContext } from './run-context.ts';
import { attemptFolder, leftoverPatch, RESULT, resultFile } from './run-layout.ts';
import { runSession, type SessionPlan, type SessionReport } from './session.ts';
import { verifyCommands } from './worktree-checks.ts';

/** How long a burst of writes to the result file has to be over before it is looked at. In milliseconds. */
const SETTLE = 300;

/** A result is written after each story: without any it would be forgotten, and hide what went wrong before. */
const NO_STORIES =
  'None: each is proven already. Have what went wrong before mended and committed, then write the result with no story in it: `"stories": {}`.';

export interface LeadPlace extends AttemptWork {
  readonly seat: Seat;
  readonly worktree: string;
}

interface LeadEnd {
  /** Rules that were broken. None: only the checks are left. */
  readonly reasons: readonly Reason[];
  readonly usage: Usage | null;
  /** Of the branch, if the worktree is still on it. */
  readonly head: string | null;
  readonly stopped: boolean;
}

/** The session of the lead of an epic, or of the builder of a fix. Its claims are judged and published. */
export async function leadSession(
  ctx: RunContext,
  place: LeadPlace,
  findings: readonly Reason[],
): Promise<LeadEnd> {
  const { end, answer, problem, held } = await runWatched(ctx, place, await planOf(ctx, place, findings));
  const judgement = await judgeAttempt(ctx, place, { result: answer, problem }, end);
  const stopped = end.cause === 'stopped' || held;
  await publishStories(
    ctx,
    place,
    stopped ? judgement.stories.filter((story) => story.passes) : judgement.stories,
  );
  const reasons = judgement.reasons.map((reason) => withLastWords(reason, end));
  return { reasons, usage: end.usage, head: judgement.head, stopped };
}

async function planOf(
  ctx: RunContext,
  place: LeadPlace,
  findings: readonly Reason[],
): Promise<SessionPlan<LeadRole>> {
  const { epicId, attempt, base, todo, seat } = place;
  const { files } = ctx.ports;
  const epic = ctx.epicText(epicId);
  const state = ctx.epic(epicId);
  const planFile = await agreedPlanOf(ctx, epicId);
  const done = state.plan.stories.map(({ id }) => id).filter((id) => state.stories[id]?.passes);
  return {
    role: leadRole(epicId),
    epicId,
    attempt,
    ...seat,
    worktree: place.worktree,
    folder: attemptFolder(epicId, attempt),
    input: { epic, todo, base, failures: state.failures, findings: findings.map(findingText) },
    values: {
      epicId,
      title: epic.title,
      description: epic.description,
      branch: place.branch,
      base,
      attempt: String(attempt),
      stories: todo.length === 0 ? NO_STORIES : storiesText(epic, todo),
      done: done.join(', ') || 'none',
      findings: findingsText(findings),
      cutOff: state.cutOff ? 'yes' : 'no',
      leftover: files.path(leftoverPatch(epicId, attempt - 1)),
      head: state.head ?? base,
      setup: commandsText(ctx.config.setup),
      verify: commandsText(verifyCommands(ctx, epicId)),
      planFile: planFile ?? '',
      ...(planFile !== null && { 'planning.epic': 'agreed' }),
    },
    resultName: RESULT,
    total: ctx.config.timeouts.epic,
    resume:
      state.session?.backend === seat.backend
        ? { sessionId: state.session.id, usage: state.session.usage }
        : null,
  };
}

async function runWatched(
  ctx: RunContext,
  work: AttemptWork,
  plan: SessionPlan<LeadRole>,
): Promise<SessionReport<LeadRole>> {
  const watch = watchProgress(ctx, work);
  try {
    return await runSession(ctx, plan);
  } finally {
    await watch.end();
  }
}

/** While the session runs: stories whose claim git confirms are published as soon as the result file says so. */
function watchProgress(ctx: RunContext, work: AttemptWork): { end(): Promise<void> } {
  const path = ctx.ports.files.path(resultFile(work.epicId, work.attempt));
  let busy = Promise.resolve();
  let cancel: (() => void) | null = null;
  const look = async (): Promise<void> => {
    await publishStories(ctx, work, await provenStories(ctx, work));
  };
  const unwatch = ctx.ports.files.watch(path, () => {
    cancel?.();
    cancel = ctx.ports.clock.after(SETTLE, () => {
      busy = busy.then(look).catch((error: unknown) => ctx.abort(error));
    });
  });
  return {
    async end() {
      unwatch();
      cancel?.();
      await busy;
    },
  };
}
