import type { Activity, EventPayload, Role, TeamsEvent, Usage } from '../domain/events.ts';
import type { Outcome, Problem } from '../domain/problem.ts';

/**
 * What the engine needs of the outside world. Adapters implement these; `cli/compose.ts` is the only place that knows
 * which. Every path is absolute, every time in milliseconds.
 */
export interface Ports {
  readonly git: Git;
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly checks: Checks;
  readonly processes: Processes;
  readonly files: RunFiles;
  readonly inboxes: Inboxes;
  readonly prd: PrdProjection;
  readonly clock: Clock;
}

/** A mutation of the base repository is serialised inside the adapter. A git that fails unexpectedly is thrown as `GitError`. */
export interface Git {
  /** Commit id of a revision, or null when there is none. */
  resolve(revision: string): Promise<string | null>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Makes a local branch; false when it exists already. */
  createBranch(branch: string, commit: string): Promise<boolean>;
  /** Compare-and-swap of a branch; false when it was not at `from` any more. */
  moveBranch(branch: string, to: string, from: string): Promise<boolean>;
  /** Deletes branches that exist, unless they moved from the given commit. */
  deleteBranches(branches: readonly { readonly branch: string; readonly at: string }[]): Promise<void>;
  /** Local branches under a prefix such as `teams/`, with their commits, newest commit first. */
  branchesUnder(prefix: string): Promise<readonly { readonly branch: string; readonly commit: string }[]>;
  /** Local branches that have a commit in their history; none when there is no such commit (any more). */
  branchesWith(
    commit: string,
  ): Promise<
    readonly { readonly branch: string; /** In the user's checkout. */ readonly checkedOut: boolean }[]
  >;

  /** A worktree on `branch`, which is made at `start` when it does not exist. */
  addWorktree(path: string, branch: string, start: string): Promise<void>;
  addDetachedWorktree(path: string, commit: string): Promise<void>;
  /** Removes a worktree of ours with whatever is in it; one that is gone already is fine. */
  removeWorktree(path: string): Promise<void>;
  /** Worktrees below a folder; also those that were moved there together with the repository, which work again from then on. */
  worktreesBelow(folder: string): Promise<readonly string[]>;
  /** HEAD and what is not committed (paths as git prints them, ignored files left out); null: not a worktree (any more). */
  worktreeFacts(path: string): Promise<WorktreeFacts | null>;
  /** Writes what is not committed, untracked files included, as a patch; false when there is nothing, or no worktree. */
  savePatch(worktree: string, patchFile: string): Promise<boolean>;
  /**
   * Moves repositories inside of a worktree, submodules among them, below `folder` if they hold something that is nowhere
   * else: a patch has only their links. Tells their paths.
   */
  keepNested(worktree: string, folder: string): Promise<readonly string[]>;

  /**
   * Commits in `base..tip`, newest first; `base` is a commit id. None when `tip` does not exist, or does not contain
   * `base`: then it is no work on top of it.
   */
  commitsBetween(base: string, tip: string): Promise<readonly CommitFacts[]>;
  /**
   * Merge commits with our trailers on the first-parent line of `from..to`, newest first. A commit with one parent is
   * never one of ours, whatever its message says.
   */
  mergesOf(from: string, to: string): Promise<readonly MergeRecord[]>;
  /** Ids that a `Teams-Epic` trailer names anywhere in the history of a commit. */
  epicsIn(commit: string): Promise<ReadonlySet<string>>;
  mergeTree(
    ours: string,
    theirs: string,
  ): Promise<{ readonly tree: string; readonly conflicts: readonly string[] }>;
  treeOf(commit: string): Promise<string>;
  /** Those of `paths` that are a repository of their own in a commit without being one of its submodules. */
  nestedRepositories(commit: string, paths: readonly string[]): Promise<readonly string[]>;
  /**
   * Those of `paths` where `tip` links to a commit that none of the `accepted` commits links to, and that no remote branch
   * or tag of the submodule has, as it lies in the worktree: it may exist nowhere else.
   */
  unpublishedLinks(
    worktree: string,
    tip: string,
    paths: readonly string[],
    accepted: readonly string[],
  ): Promise<readonly string[]>;
  /** Paths that differ between two trees or commits; `links`: those that are a link to another repository then. */
  changesBetween(
    from: string,
    to: string,
  ): Promise<{ readonly paths: readonly string[]; readonly links: readonly string[] }>;
  /** Makes a commit object without moving anything. `dates` of author and committer are now. */
  commitTree(commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly trailers: Readonly<Record<string, string>>;
  }): Promise<string>;
  /** `git merge --no-commit` in a worktree of ours; leaves the conflict markers there for a merger. */
  materialiseMerge(worktree: string, theirs: string): Promise<void>;
  /** Of `paths` in `tree`, those that still hold conflict markers. */
  pathsWithMarkers(tree: string, paths: readonly string[]): Promise<readonly string[]>;
  /** The worktree that a branch is checked out in, the user's checkout first; null: in none. */
  checkoutOf(branch: string): Promise<string | null>;
  /** Brings a branch, checked out somewhere or not, forward to `commit`, touching no local change. */
  fastForward(branch: string, commit: string): Promise<Outcome<void>>;
  /** What differs in the user's checkout from HEAD (tracked files and untracked ones), and HEAD itself. */
  checkoutFacts(): Promise<WorktreeFacts>;
}

export interface WorktreeFacts {
  readonly head: string | null;
  /** Checked-out branch, null when detached. */
  readonly branch: string | null;
  readonly dirty: readonly string[];
}

export interface CommitFacts {
  readonly commit: string;
  /** Paths changed against the first parent. None: the commit is empty. */
  readonly paths: readonly string[];
  /** Those of them that are commits of other repositories: submodules, or repositories that were made inside. */
  readonly links: readonly string[];
  /** It carries a trailer that only merges of `teams` have. */
  readonly claimsMerge: boolean;
}

export interface MergeRecord {
  readonly commit: string;
  readonly runId: string;
  readonly epicId: string;
  readonly attempt: number;
}

export interface Journal {
  /**
   * Writes the event and gives it its number. The returned event can be used at once; `durable` resolves when it is on
   * disk (group commit) and rejects with a `StorageError` when it cannot be written.
   */
  append(payload: EventPayload): { readonly event: TeamsEvent; readonly durable: Promise<void> };
  /** Resolves when everything appended so far is on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface SessionRequest {
  readonly role: Role;
  readonly runId: string;
  /** Epic it works on; null for the final validator. */
  readonly epicId: string | null;
  readonly attempt: number;
  readonly backend: string;
  readonly model: string | null;
  /** What the configuration and the epic pin, by role or tier: for the sub-agents of this session. */
  readonly models: Readonly<Record<string, string>>;
  readonly worktree: string;
  /** Folder for prompt.md, argv.json and session.ndjson; it exists. */
  readonly folder: string;
  readonly promptFile: string;
  readonly epicFile: string;
  readonly resultPath: string;
  readonly prdFile: string;
  readonly limits: { readonly total: number; readonly idle: number };
  /** What the agent CLI calls the session to go on with, and what was spent in it before. Null: a new one. */
  readonly resume: { readonly sessionId: string; readonly usage: Usage | null } | null;
}

export interface SessionEnd {
  /** How it ended: by itself, by a limit of ours, or because the run was stopped. */
  readonly cause: 'exit' | 'epic-timeout' | 'idle-timeout' | 'stopped';
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly usage: Usage | null;
  /** What the agent itself said went wrong; null: nothing, or it cannot say. */
  readonly failure: AgentFailure | null;
  /** End of its output, for people: what it said last on stderr or in plain text. Printable, at most 2,000 characters. */
  readonly tail: string;
}

/** Why an agent could not do its work, as far as its CLI tells. */
export interface AgentFailure {
  readonly kind: 'auth' | 'rate-limit' | 'unavailable' | 'context' | 'refused' | 'other';
  readonly text: string;
  /** Milliseconds since the epoch: when a limit is lifted. Null: unknown, or there is no limit. */
  readonly resetsAt: number | null;
}

export interface SessionWatch {
  /** Called once, as soon as the process exists. */
  started(process: { readonly pid: number; readonly startTime: string }): void;
  /** Called at most once, when the agent CLI has begun or taken up again the session of this name. */
  opened(sessionId: string): void;
  activity(activity: Activity): void;
  /** What a person should know of this session, on one line, such as a role that the repository defines itself. */
  notice(text: string): void;
  /**
   * Called at most once, if messages can be handed to the session while it works: `deliver` resolves when the agent has
   * read one, or to false when the session ended before.
   */
  listens?(deliver: (message: Message) => Promise<boolean>): void;
}

/** What a person says to an agent at work. */
export interface Message {
  /** A UUID. */
  readonly id: string;
  readonly text: string;
}

/** Where other processes leave messages. */
export interface Inboxes {
  /**
   * Makes the folder, and hands out every message that is left in it, each once; `shown` is its text without secrets of
   * the environment. Throws `StorageError`.
   */
  open(folder: string, each: (message: Message, shown: string) => void): Promise<Inbox>;
}

export interface Inbox {
  /** What was left until now has been handed out when it resolves; nothing can be left any more. */
  close(): Promise<void>;
}

export interface Sessions {
  /** Null when a session on this backend can be started, otherwise why not. */
  unavailable(backend: string): Promise<Problem | null>;
  /**
   * Runs one session to its end; nothing that it started is alive when the promise resolves. `stop` asks it to end;
   * it is killed after the grace period.
   */
  run(request: SessionRequest, watch: SessionWatch, stop: AbortSignal): Promise<SessionEnd>;
}

export interface CheckRequest {
  readonly runId: string;
  readonly command: string;
  readonly cwd: string;
  readonly log: string;
  readonly timeout: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface CheckEnd {
  /** Null when a signal, the time limit or a stop ended it. */
  readonly exitCode: number | null;
  readonly cause: 'exit' | 'timeout' | 'stopped';
  readonly durationMs: number;
  /** End of the output, printable, at most 4,000 characters. */
  readonly tail: string;
}

export interface Checks {
  run(request: CheckRequest, watch: Pick<SessionWatch, 'started'>, stop: AbortSignal): Promise<CheckEnd>;
}

export interface Processes {
  /** Start time of a live process as the operating system counts it; null when there is none. */
  startTimeOf(pid: number): Promise<string | null>;
  /**
   * Ends what a run left behind: the groups of the given processes, if their start time still fits, and whatever
   * carries the mark of the run in its environment. Returns how many processes were ended. They get `patience`
   * milliseconds after SIGTERM, by default a moment to remove their files; with 0 they are killed at once.
   */
  reap(
    runId: string,
    left: readonly { readonly pid: number; readonly startTime: string }[],
    patience?: number,
  ): Promise<number>;
}

/** Files below the folder of the run. Names are relative to it. */
export interface RunFiles {
  readonly folder: string;
  readonly worktrees: string;
  path(name: string): string;
  makeFolder(name: string): Promise<void>;
  /** Atomic: a reader sees the old or the new content. */
  write(name: string, content: string): Promise<void>;
  read(name: string): Promise<string | null>;
  /** A file that an agent wrote: bounded, regular, never followed through a link. */
  readUntrusted(
    path: string,
    limit: number,
  ): Promise<{ readonly text: string } | { readonly refused: string } | null>;
  /** Copies files of the checkout that git ignores into a worktree, modes kept; returns those that do not exist. */
  copyInto(worktree: string, paths: readonly string[]): Promise<readonly string[]>;
  /** Tells of every replacement of a file, until the returned function is called. */
  watch(path: string, changed: () => void): () => void;
}

/** Writes `status`, `passes` and `failureReason` back into the file of the person, and nothing else. */
export interface PrdProjection {
  /**
   * `edited`: somebody else changed the file since the last write. `damage`: what it lost by that, as in "prd.json …";
   * null: it is a PRD and has every epic that it had. Writes come one after another.
   */
  write(
    epics: readonly PrdStatus[],
  ): Promise<Outcome<{ readonly edited: boolean; readonly damage: string | null }>>;
  /** The newest text without damage, with these statuses in it; null before the first write. */
  undamaged(epics: readonly PrdStatus[]): string | null;
}

export interface PrdStatus {
  readonly id: string;
  readonly status: 'pending' | 'completed' | 'partial' | 'failed' | 'merge-failed';
  readonly stories: readonly {
    readonly id: string;
    readonly passes: boolean;
    readonly failureReason: string | null;
  }[];
}

export interface Clock {
  now(): number;
  /** Calls back once after `ms`; the returned function cancels. A pending timer keeps the process alive. */
  after(ms: number, callback: () => void): () => void;
}
