import type { Reason } from './events.ts';
import { clip } from './printable.ts';
import type { LeadResult } from './result.ts';
import { list } from './words.ts';

/**
 * Decides what of a lead's claims holds. Pure: claims on one side, facts from git and the operating system on the
 * other. Each rule that can be broken has a name; the text goes to people and into the next prompt.
 */
export interface Claims {
  /** Null when the file is missing or cannot be used; then `problem` says why. */
  readonly result: LeadResult | null;
  readonly problem: Reason | null;
}

export interface Facts {
  readonly epicId: string;
  readonly branch: string;
  /** Stories that the session was asked to do. */
  readonly todo: readonly string[];
  /** The commit of every story that an earlier attempt has done. */
  readonly proven: ReadonlyMap<string, string>;
  /** Every story of the epic, those of earlier attempts included. */
  readonly stories: readonly string[];
  /** The worktree at the end: its branch (null: detached) and what is not committed. Null: it was destroyed. */
  readonly worktree: { readonly branch: string | null; readonly dirty: readonly string[] } | null;
  /** Commits on the epic branch since its base, with the paths that each changed. */
  readonly commits: ReadonlyMap<string, readonly string[]>;
  /** Paths that no attempt may change, such as the PRD, and that differ between base and branch. */
  readonly protectedChanges: readonly string[];
  /** Paths that are repositories of their own at the end of the branch: git keeps nothing of what is in them. */
  readonly nested: readonly string[];
  /** Submodules that the branch sets to a commit of which nothing shows that others can have it. */
  readonly unpublished: readonly string[];
  /** Commits of the branch that pass themselves off as a merge of an epic. */
  readonly forgedMerges: readonly string[];
  readonly end: {
    readonly cause: 'exit' | 'epic-timeout' | 'idle-timeout' | 'stopped';
    readonly exitCode: number | null;
    readonly signal: string | null;
    /** What the agent itself said went wrong. */
    readonly failure: {
      readonly kind: string;
      readonly text: string;
      readonly resetsAt: number | null;
    } | null;
  };
}

export interface StoryJudgement {
  readonly storyId: string;
  readonly passes: boolean;
  readonly commit: string | null;
  readonly reason: string | null;
}

export interface Judgement {
  /** Only for stories that were asked for and claimed or owed; a story without an entry keeps its state. */
  readonly stories: readonly StoryJudgement[];
  /** Rules that were broken. None: the attempt passed. */
  readonly reasons: readonly Reason[];
}

export function judge(claims: Claims, facts: Facts): Judgement {
  const reasons: Reason[] = [...endReasons(facts)];
  if (claims.problem !== null) reasons.push(claims.problem);
  const result = claims.result;
  const wrongEpic = result !== null && result.epicId !== facts.epicId;
  if (wrongEpic) {
    reasons.push({
      rule: 'wrong-epic',
      text: `the result is for epic ${quote(result.epicId)}, not ${facts.epicId}`,
    });
  }
  const entries = result === null || wrongEpic ? {} : result.stories;
  for (const id of Object.keys(entries)) {
    if (!facts.stories.includes(id)) {
      reasons.push({
        rule: 'unknown-story',
        text: `the result names story ${quote(id)}, which the epic does not have`,
      });
    }
  }
  reasons.push(...treeReasons(facts));
  if (facts.forgedMerges.length > 0) {
    const commits = list(facts.forgedMerges.map((commit) => commit.slice(0, 12)));
    const text = `${commits} carries the trailer Teams-Epic, which only merges by teams may have; rewrite the message`;
    reasons.push({ rule: 'forged-trailer', text });
  }
  const stories = [
    ...facts.todo.map((storyId) => judgeStory(storyId, entries, facts)),
    ...lostStories(entries, facts),
  ];
  for (const { judgement, rule } of stories) {
    if (rule !== null) reasons.push({ rule, text: `${judgement.storyId}: ${judgement.reason ?? rule}` });
  }
  reasons.push(...worktreeReasons(facts));
  return { stories: stories.map(({ judgement }) => judgement), reasons };
}

/** What no tree may have, whoever made it. */
export function treeReasons({
  protectedChanges,
  nested,
  unpublished,
}: Pick<Facts, 'protectedChanges' | 'nested' | 'unpublished'>): Reason[] {
  const reasons: Reason[] = [];
  if (protectedChanges.length > 0) {
    const text = `the branch changes ${list(protectedChanges)}, which only people may change`;
    reasons.push({ rule: 'protected-path', text });
  }
  if (nested.length > 0) {
    const text = `${list(nested)}: a repository inside the repository, of which a commit keeps no file; remove its .git and commit the files`;
    reasons.push({ rule: 'nested-repository', text });
  }
  if (unpublished.length > 0) {
    const text = `${list(unpublished)}: a submodule at a commit that is on no branch or tag of its remote, so nobody else could have it; set it back or to one that is published, and check it out (git submodule update --init)`;
    reasons.push({ rule: 'submodule-unpublished', text });
  }
  return reasons;
}

function worktreeReasons({ worktree, branch }: Facts): Reason[] {
  if (worktree === null) return [{ rule: 'worktree-gone', text: 'the session destroyed its worktree' }];
  const reasons: Reason[] = [];
  if (worktree.branch !== branch) {
    const where = worktree.branch === null ? 'a detached HEAD' : quote(worktree.branch);
    reasons.push({ rule: 'branch-changed', text: `the worktree ended on ${where} instead of ${branch}` });
  }
  if (worktree.dirty.length > 0) {
    reasons.push({ rule: 'worktree-dirty', text: `left uncommitted: ${list(worktree.dirty)}` });
  }
  return reasons;
}

/** What is wrong with the way a session ended. */
export function endReasons({ end }: Pick<Facts, 'end'>): Reason[] {
  switch (end.cause) {
    case 'epic-timeout':
      return [{ rule: 'epic-timeout', text: 'the session reached its time limit (timeouts.epic)' }];
    case 'idle-timeout':
      return [
        { rule: 'idle-timeout', text: 'the session said nothing for longer than it may (timeouts.idle)' },
      ];
    case 'stopped':
      return [{ rule: 'stopped', text: 'the session was stopped' }];
    case 'exit':
      if (end.failure !== null) {
        const { kind, text, resetsAt } = end.failure;
        const until = resetsAt === null ? '' : ` (until ${new Date(resetsAt).toISOString()})`;
        return [{ rule: `agent-${kind}`, text: `the agent could not work: ${text}${until}` }];
      }
      if (end.exitCode === 0) return [];
      return [
        {
          rule: 'exit-code',
          text:
            end.signal === null
              ? `the session exited with ${end.exitCode}`
              : `the session died of ${end.signal}`,
        },
      ];
  }
}

function judgeStory(
  storyId: string,
  entries: LeadResult['stories'],
  facts: Facts,
): { judgement: StoryJudgement; rule: string | null } {
  const refuse = (rule: string, reason: string): { judgement: StoryJudgement; rule: string } => ({
    judgement: { storyId, passes: false, commit: null, reason },
    rule,
  });
  const entry = Object.hasOwn(entries, storyId) ? entries[storyId] : undefined;
  if (entry === undefined) return refuse('story-missing', 'the result says nothing about it');
  if (!entry.passes)
    return refuse('story-failed', entry.failureReason ?? 'reported as failed, without a reason');
  const commit = entry.commit ?? null;
  if (commit === null) return refuse('commit-missing', 'claimed as passed without a commit');
  const paths = facts.commits.get(commit);
  if (paths === undefined) {
    return refuse(
      'commit-not-on-branch',
      `commit ${commit.slice(0, 12)} is not new work on the branch of the epic, on top of the commit that this started from`,
    );
  }
  if (facts.forgedMerges.includes(commit)) {
    return refuse('forged-trailer', `commit ${commit.slice(0, 12)} passes itself off as a merge of an epic`);
  }
  if (paths.length === 0) return refuse('commit-empty', `commit ${commit.slice(0, 12)} changes nothing`);
  // A session that was cut off has no chance to tidy up: what it committed still counts.
  if (facts.end.cause === 'exit' && (facts.worktree?.dirty ?? []).length > 0) {
    return refuse(
      'story-unclean',
      'the session left uncommitted files, so its commit may not be the whole work',
    );
  }
  return { judgement: { storyId, passes: true, commit, reason: null }, rule: null };
}

/** What an earlier attempt has done may have been thrown away since, or done again in another commit. */
function lostStories(entries: LeadResult['stories'], facts: Facts): ReturnType<typeof judgeStory>[] {
  return [...facts.proven]
    .filter(([, commit]) => !facts.commits.has(commit) || facts.forgedMerges.includes(commit))
    .map(([storyId, commit]) => {
      const again = judgeStory(storyId, entries, facts);
      if (again.rule === null) return again;
      const reason = `its commit ${commit.slice(0, 12)} of an earlier attempt is not on the branch any more`;
      return { judgement: { storyId, passes: false, commit: null, reason }, rule: 'story-lost' };
    });
}

const quote = (text: string): string => JSON.stringify(clip(text, 80));
