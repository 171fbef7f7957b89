import type { Reason, Usage } from '../domain/events.ts';
import { judge, type StoryJudgement } from '../domain/judge.ts';
import { isFix, storiesToDo } from '../domain/state.ts';
import { because, lastWords } from '../domain/words.ts';
import { agreedPlanOf } from './agreed-plan.ts';
import { type Seat, takeSeat } from './backends.ts';
import { commandsText, findingsText, findingText, storiesText } from './prompts.ts';
import type { CommitFacts } from './ports.ts';
import type { RunContext } from './run-context.ts';
import { readAnswer, runSession } from './session.ts';
import { prepareWorktree, runChecks } from './worktree-checks.ts';

/** How long a burst of writes to the result file has to be over before it is looked at. In milliseconds. */
const SETTLE = 300;

export const epicBranch = (runId: string, epicId: string): string => `teams-epics/${runId}/${epicId}`;

/** A result is written after each story: without any it would be forgotten, and hide what went wrong before. */
const NO_STORIES =
  'None: each is proven already. Have what went wrong before mended and committed, then write the result with no story in it: `"stories": {}`.';

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
  const folder = attemptFolder(epicId, attempt);
  await files.makeFolder(folder);
  await git.addWorktree(worktree, branch, head);
  const end = await workIn(ctx, { epicId, attempt, base, branch, todo, seat, worktree, folder });
  // A passed attempt left nothing uncommitted; after any other, what it left is kept beside its logs.
  if (end.outcome !== 'passed') await git.savePatch(worktree, files.path(`${folder}/leftover.patch`));
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

export const attemptFolder = (epicId: string, attempt: number): string =>
  `epics/${epicId}/attempt-${attempt}`;

interface Workplace {
  readonly epicId: string;
  readonly attempt: number;
  readonly base: string;
  readonly branch: string;
  readonly todo: readonly string[];
  readonly seat: Seat;
  readonly worktree: string;
  readonly folder: string;
}

async function workIn(ctx: RunContext, place: Workplace): Promise<AttemptEnd> {
  const checkFolder = `${place.folder}/checks`;
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

/** What is wrong with the work that the attempt goes on with: what the last one was told, or what its branch shows. */
async function findingsBefore(ctx: RunContext, place: Workplace): Promise<readonly Reason[]> {
  const { reasons, head } = ctx.epic(place.epicId);
  if (reasons.length > 0 || head === null || head === place.base) return reasons;
  const facts = { ...(await gatherFacts(ctx, place)), todo: [] };
  const claims = { result: { epicId: place.epicId, stories: {} }, problem: null };
  const judgement = judge(claims, {
    ...facts,
    end: { cause: 'exit', exitCode: 0, signal: null, failure: null },
  });
  await publishStories(ctx, place, judgement.stories);
  return judgement.reasons;
}

/** The checks of the configuration, then those of the epic itself. */
export const verifyCommands = (ctx: RunContext, epicId: string): readonly string[] => [
  ...ctx.config.verify,
  ...(ctx.epicText(epicId).verify ?? []),
];

/** The checks of the configuration, then those of every epic of the run, each once. */
export const allVerifyCommands = (ctx: RunContext): readonly string[] => [
  ...new Set([
    ...ctx.config.verify,
    ...ctx.state.epics.flatMap((epic) => ctx.epicText(epic.plan.id).verify ?? []),
  ]),
];

async function leadSession(
  ctx: RunContext,
  place: Workplace,
  findings: readonly Reason[],
): Promise<{ reasons: readonly Reason[]; usage: Usage | null; head: string | null; stopped: boolean }> {
  const epic = ctx.epicText(place.epicId);
  const state = ctx.epic(place.epicId);
  const role = isFix(place.epicId) ? 'builder' : 'team-lead';
  const planFile = await agreedPlanOf(ctx, place.epicId);
  const watch = watchProgress(ctx, place, role);
  const cutOff = state.attempt > 1 && state.reasons.length === 0;
  const { end, answer, problem, held } = await runSession(ctx, {
    role,
    epicId: place.epicId,
    attempt: place.attempt,
    ...place.seat,
    worktree: place.worktree,
    folder: place.folder,
    input: {
      epic,
      todo: place.todo,
      base: place.base,
      failures: state.failures,
      findings: findings.map(findingText),
    },
    values: {
      epicId: place.epicId,
      title: epic.title,
      description: epic.description,
      branch: place.branch,
      base: place.base,
      attempt: String(place.attempt),
      stories: place.todo.length === 0 ? NO_STORIES : storiesText(epic, place.todo),
      done:
        state.plan.stories
          .filter((story) => state.stories[story.id]?.passes)
          .map((s) => s.id)
          .join(', ') || 'none',
      findings: findingsText(findings),
      cutOff: cutOff ? 'yes' : 'no',
      leftover: ctx.ports.files.path(`${attemptFolder(place.epicId, place.attempt - 1)}/leftover.patch`),
      head: state.head ?? place.base,
      setup: commandsText(ctx.config.setup),
      verify: commandsText(verifyCommands(ctx, place.epicId)),
      planFile: planFile ?? '',
      ...(planFile !== null && { 'planning.epic': 'agreed' }),
    },
    resultName: 'result.json',
    total: ctx.config.timeouts.epic,
    resume:
      state.session?.backend === place.seat.backend
        ? { sessionId: state.session.id, usage: state.session.usage }
        : null,
  });
  await watch.end();
  const facts = await gatherFacts(ctx, place);
  const judgement = judge({ result: answer, problem }, { ...facts, end });
  const stopped = end.cause === 'stopped' || held;
  await publishStories(
    ctx,
    place,
    stopped ? judgement.stories.filter((story) => story.passes) : judgement.stories,
  );
  const reasons = judgement.reasons.map((reason) =>
    reason.rule === 'exit-code'
      ? { ...reason, text: because(reason.text, lastWords(end.tail)), details: end.tail }
      : reason,
  );
  const head = facts.worktree?.branch === place.branch ? facts.worktree.head : null;
  return { reasons, usage: end.usage, head, stopped };
}

async function gatherFacts(
  ctx: RunContext,
  place: Pick<Workplace, 'epicId' | 'base' | 'branch' | 'todo' | 'worktree'>,
) {
  const [worktree, commits] = await Promise.all([
    ctx.ports.git.worktreeFacts(place.worktree),
    ctx.ports.git.commitsBetween(place.base, `refs/heads/${place.branch}`),
  ]);
  const isProtected = (path: string): boolean => ctx.setting.protectedPaths.includes(path);
  const touched = commits.some(({ paths }) => paths.some(isProtected));
  const links = [...new Set(commits.flatMap((commit) => commit.links))];
  return {
    epicId: place.epicId,
    branch: place.branch,
    todo: place.todo,
    proven: provenBefore(ctx, place),
    stories: ctx.epic(place.epicId).plan.stories.map((story) => story.id),
    worktree,
    commits: new Map(commits.map(({ commit, paths }) => [commit, paths])),
    // A commit may have been taken back by a later one: what counts is the difference.
    protectedChanges: touched
      ? (await ctx.ports.git.changedPaths(place.base, `refs/heads/${place.branch}`)).filter(isProtected)
      : [],
    nested: await nestedIn(ctx, place.branch, links),
    forgedMerges: await forgedMerges(ctx, commits),
  };
}

const nestedIn = async (
  ctx: RunContext,
  branch: string,
  links: readonly string[],
): Promise<readonly string[]> =>
  links.length === 0 ? links : ctx.ports.git.nestedRepositories(`refs/heads/${branch}`, links);

/** Commits that carry our trailer and are not ours. Merges of ours come along when an agent merges the integration branch. */
async function forgedMerges(ctx: RunContext, commits: readonly CommitFacts[]): Promise<readonly string[]> {
  const suspects = commits.filter(({ claimsMerge }) => claimsMerge).map(({ commit }) => commit);
  const known = await Promise.all(suspects.map((commit) => ctx.ports.git.isAncestor(commit, ctx.state.head)));
  return suspects.filter((_, index) => known[index] !== true);
}

function provenBefore(
  ctx: RunContext,
  { epicId, todo }: Pick<Workplace, 'epicId' | 'todo'>,
): ReadonlyMap<string, string> {
  const stories = Object.entries(ctx.epic(epicId).stories);
  return new Map(
    stories.flatMap(([id, { passes, commit }]) =>
      passes && commit !== null && !todo.includes(id) ? [[id, commit] as const] : [],
    ),
  );
}

/** Publishes what changed; a story that stands as before makes no event. */
async function publishStories(
  ctx: RunContext,
  place: Pick<Workplace, 'epicId' | 'attempt'>,
  stories: readonly StoryJudgement[],
): Promise<void> {
  for (const { storyId, passes, commit, reason } of stories) {
    const known = ctx.epic(place.epicId).stories[storyId];
    if (known?.passes === passes && known.commit === commit && known.reason === reason) continue;
    await ctx.publish({
      type: 'story.updated',
      epicId: place.epicId,
      attempt: place.attempt,
      storyId,
      passes,
      commit,
      reason,
    });
  }
}

/** While the session runs: stories whose claim git confirms are published as soon as the result file says so. */
function watchProgress(
  ctx: RunContext,
  place: Workplace,
  role: 'builder' | 'team-lead',
): { end(): Promise<void> } {
  const path = ctx.ports.files.path(`${place.folder}/result.json`);
  let busy = Promise.resolve();
  let cancel: (() => void) | null = null;
  const look = async (): Promise<void> => {
    await publishStories(ctx, place, await provenStories(ctx, place, path, role));
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

/** Stories of a result file that git confirms, whatever else may be wrong with it. Also used by recovery. */
export async function provenStories(
  ctx: RunContext,
  place: Pick<Workplace, 'epicId' | 'base' | 'branch' | 'todo'>,
  resultPath: string,
  role: 'builder' | 'team-lead',
): Promise<readonly StoryJudgement[]> {
  const { answer } = await readAnswer(ctx, role, resultPath);
  if (answer === null) return [];
  const commits = await ctx.ports.git.commitsBetween(place.base, `refs/heads/${place.branch}`);
  const judgement = judge(
    { result: answer, problem: null },
    {
      epicId: place.epicId,
      branch: place.branch,
      todo: place.todo,
      proven: new Map(),
      stories: ctx.epic(place.epicId).plan.stories.map((story) => story.id),
      worktree: { branch: place.branch, dirty: [] },
      commits: new Map(commits.map(({ commit, paths }) => [commit, paths])),
      protectedChanges: [],
      nested: [],
      forgedMerges: await forgedMerges(ctx, commits),
      end: { cause: 'exit', exitCode: 0, signal: null, failure: null },
    },
  );
  return judgement.stories.filter((story) => story.passes);
}
