import type { Reason } from '../domain/events.ts';
import { type Claims, type Facts, judge, type Judgement, type StoryJudgement } from '../domain/judge.ts';
import { isFix } from '../domain/state.ts';
import type { CommitFacts, WorktreeFacts } from './ports.ts';
import type { RunContext } from './run-context.ts';
import { resultFile } from './run-layout.ts';
import { readAnswer } from './session.ts';

/** What an attempt works on. */
export interface AttemptWork {
  readonly epicId: string;
  readonly attempt: number;
  readonly base: string;
  readonly branch: string;
  /** Stories that it was asked to do. */
  readonly todo: readonly string[];
}

export type LeadRole = 'team-lead' | 'builder';

/** Who works on an epic. */
export const leadRole = (epicId: string): LeadRole => (isFix(epicId) ? 'builder' : 'team-lead');

/** Where nothing is to be said of how a session ended. */
const ENDED_WELL: Facts['end'] = { cause: 'exit', exitCode: 0, signal: null, failure: null };

/** Holds what a session claims against git. `head`: of the branch, if the worktree is still on it. */
export async function judgeAttempt(
  ctx: RunContext,
  work: AttemptWork & { readonly worktree: string },
  claims: Claims,
  end: Facts['end'],
): Promise<Judgement & { readonly head: string | null }> {
  const facts = await gatherFacts(ctx, work);
  const head = facts.worktree?.branch === work.branch ? facts.worktree.head : null;
  return { ...judge(claims, { ...facts, end }), head };
}

/** What is wrong with the work that the attempt goes on with: what the last one was told, or what its branch shows. */
export async function findingsBefore(
  ctx: RunContext,
  work: AttemptWork & { readonly worktree: string },
): Promise<readonly Reason[]> {
  const { reasons, head } = ctx.epic(work.epicId);
  if (reasons.length > 0 || head === null || head === work.base) return reasons;
  const facts = await gatherFacts(ctx, work);
  const claims = { result: { epicId: work.epicId, stories: {} }, problem: null };
  const judgement = judge(claims, { ...facts, todo: [], end: ENDED_WELL });
  await publishStories(ctx, work, judgement.stories);
  return judgement.reasons;
}

/** Stories of the result file that git confirms by now, whatever else may be wrong with the attempt. */
export async function provenStories(ctx: RunContext, work: AttemptWork): Promise<readonly StoryJudgement[]> {
  const { epicId, attempt } = work;
  const result = ctx.ports.files.path(resultFile(epicId, attempt));
  const { answer } = await readAnswer(ctx, leadRole(epicId), result);
  if (answer === null) return [];
  const commits = await ctx.ports.git.commitsBetween(work.base, `refs/heads/${work.branch}`);
  const judgement = judge(
    { result: answer, problem: null },
    {
      epicId,
      branch: work.branch,
      todo: work.todo,
      proven: new Map(),
      stories: ctx.epic(epicId).plan.stories.map((story) => story.id),
      worktree: { branch: work.branch, dirty: [] },
      commits: new Map(commits.map(({ commit, paths }) => [commit, paths])),
      protectedChanges: [],
      nested: [],
      unpublished: [],
      forgedMerges: await forgedMerges(ctx, commits),
      end: ENDED_WELL,
    },
  );
  return judgement.stories.filter((story) => story.passes);
}

/** Publishes what changed; a story that stands as before makes no event. */
export async function publishStories(
  ctx: RunContext,
  { epicId, attempt }: AttemptWork,
  stories: readonly StoryJudgement[],
): Promise<void> {
  for (const { storyId, passes, commit, reason } of stories) {
    const known = ctx.epic(epicId).stories[storyId];
    if (known?.passes === passes && known.commit === commit && known.reason === reason) continue;
    await ctx.publish({ type: 'story.updated', epicId, attempt, storyId, passes, commit, reason });
  }
}

async function gatherFacts(
  ctx: RunContext,
  work: AttemptWork & { readonly worktree: string },
): Promise<Omit<Facts, 'end'> & { readonly worktree: WorktreeFacts | null }> {
  const { git } = ctx.ports;
  const tip = `refs/heads/${work.branch}`;
  const [worktree, commits] = await Promise.all([
    git.worktreeFacts(work.worktree),
    git.commitsBetween(work.base, tip),
  ]);
  const isProtected = (path: string): boolean => ctx.setting.protectedPaths.includes(path);
  const touched = commits.some(({ paths }) => paths.some(isProtected));
  const links = [...new Set(commits.flatMap((commit) => commit.links))];
  const nested = await git.nestedRepositories(tip, links);
  const submodules = links.filter((path) => !nested.includes(path));
  return {
    epicId: work.epicId,
    branch: work.branch,
    todo: work.todo,
    proven: provenBefore(ctx, work),
    stories: ctx.epic(work.epicId).plan.stories.map((story) => story.id),
    worktree,
    commits: new Map(commits.map(({ commit, paths }) => [commit, paths])),
    // A commit may have been taken back by a later one: what counts is the difference.
    protectedChanges: touched ? (await git.changesBetween(work.base, tip)).paths.filter(isProtected) : [],
    nested,
    // What is merged already may be linked to: it was looked at then.
    unpublished: await git.unpublishedLinks(work.worktree, tip, submodules, [work.base, ctx.state.head]),
    forgedMerges: await forgedMerges(ctx, commits),
  };
}

/** Commits that carry our trailer and are not ours. Merges of ours come along when an agent merges the integration branch. */
async function forgedMerges(ctx: RunContext, commits: readonly CommitFacts[]): Promise<readonly string[]> {
  const suspects = commits.filter(({ claimsMerge }) => claimsMerge).map(({ commit }) => commit);
  const known = await Promise.all(suspects.map((commit) => ctx.ports.git.isAncestor(commit, ctx.state.head)));
  return suspects.filter((_, index) => known[index] !== true);
}

function provenBefore(ctx: RunContext, { epicId, todo }: AttemptWork): ReadonlyMap<string, string> {
  const stories = Object.entries(ctx.epic(epicId).stories);
  return new Map(
    stories.flatMap(([id, { passes, commit }]) =>
      passes && commit !== null && !todo.includes(id) ? [[id, commit] as const] : [],
    ),
  );
}
