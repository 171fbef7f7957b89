import { createHash } from 'node:crypto';
import { ok } from '../../src/domain/problem.ts';
import type { CommitFacts, Git, Ports, RunFiles } from '../../src/engine/ports.ts';
import { type Plan, sum } from './corpus.ts';
import type { VirtualClock } from './virtual-clock.ts';

const MINUTE = 60_000;

const sha = (text: string): string => createHash('sha1').update(text).digest('hex');

export const START = sha('start');

/**
 * A world without processes and disks, in which everything but the sessions takes no time: what is left of a run is
 * the order in which the engine starts epics.
 */
export function virtualPorts(plan: Plan, clock: VirtualClock): Ports {
  const files = new Map<string, string>();
  let seq = 0;
  return {
    clock,
    git: virtualGit(plan),
    journal: {
      append: (payload) => {
        const at = new Date(clock.now()).toISOString();
        return { event: { v: 1, seq: ++seq, at, ...payload }, durable: Promise.resolve() };
      },
      flush: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    sessions: {
      unavailable: () => Promise.resolve(null),
      async run(request, watch) {
        watch.started({ pid: seq, startTime: '0' });
        const epicId = request.epicId ?? '';
        await clock.sleep(sum(plan.durations.get(epicId) ?? []) * MINUTE);
        const stories = commitsOf(plan, epicId).map(({ storyId, commit }) => [
          storyId,
          { passes: true, commit },
        ]);
        files.set(request.resultPath, JSON.stringify({ epicId, stories: Object.fromEntries(stories) }));
        return { cause: 'exit', exitCode: 0, signal: null, usage: null, failure: null, tail: '' };
      },
    },
    checks: { run: () => Promise.reject(new Error('no checks are configured')) },
    processes: { startTimeOf: () => Promise.resolve(null), reap: () => Promise.resolve(0) },
    inboxes: { open: () => Promise.resolve({ close: () => Promise.resolve() }) },
    files: virtualFiles(files),
    prd: { write: () => Promise.resolve(ok({ edited: false, damage: null })), undamaged: () => null },
  };
}

/** One commit per story, as an honest lead makes them. */
function commitsOf(
  plan: Plan,
  epicId: string,
): readonly { readonly storyId: string; readonly commit: string }[] {
  const epic = plan.epics.find(({ id }) => id === epicId);
  return Array.from({ length: epic?.stories ?? 0 }, (_, k) => {
    const storyId = `${epicId}-${k + 1}`;
    return { storyId, commit: sha(storyId) };
  });
}

function virtualGit(plan: Plan): Git {
  const done = Promise.resolve();
  const factsOf = (epicId: string): readonly CommitFacts[] =>
    commitsOf(plan, epicId)
      .map(({ storyId, commit }) => ({ commit, paths: [storyId], links: [], claimsMerge: false }))
      .toReversed();
  const headOf = (epicId: string): string => factsOf(epicId)[0]?.commit ?? START;
  const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const worktrees = new Map<string, string>();
  return {
    resolve: (revision) => Promise.resolve(headOf(last(revision))),
    isAncestor: () => Promise.resolve(true),
    createBranch: () => Promise.resolve(true),
    moveBranch: () => Promise.resolve(true),
    deleteBranches: () => done,
    branchesUnder: () => Promise.resolve([]),
    branchesWith: () => Promise.resolve([]),
    addWorktree: async (path, branch) => void worktrees.set(path, branch),
    addDetachedWorktree: () => done,
    removeWorktree: async (path) => void worktrees.delete(path),
    worktreesBelow: () => Promise.resolve([...worktrees.keys()]),
    worktreeFacts: (path) =>
      Promise.resolve({ head: headOf(last(path)), branch: worktrees.get(path) ?? null, dirty: [] }),
    savePatch: () => Promise.resolve(false),
    unpublishedLinks: () => Promise.resolve([]),
    keepNested: () => Promise.resolve([]),
    commitsBetween: (_base, tip) => Promise.resolve(factsOf(last(tip))),
    mergesOf: () => Promise.resolve([]),
    epicsIn: () => Promise.resolve(new Set()),
    mergeTree: (ours, theirs) => Promise.resolve({ tree: sha(ours + theirs), conflicts: [] }),
    treeOf: (commit) => Promise.resolve(sha(commit)),
    nestedRepositories: () => Promise.resolve([]),
    changesBetween: () => Promise.resolve({ paths: [], links: [] }),
    commitTree: ({ tree }) => Promise.resolve(sha(tree)),
    materialiseMerge: () => done,
    pathsWithMarkers: () => Promise.resolve([]),
    checkoutOf: () => Promise.resolve(null),
    fastForward: () => Promise.resolve(ok(undefined)),
    checkoutFacts: () => Promise.resolve({ head: START, branch: 'main', dirty: [] }),
  };
}

function virtualFiles(files: Map<string, string>): RunFiles {
  const path = (name: string): string => `/run/${name}`;
  return {
    folder: '/run',
    worktrees: '/worktrees',
    path,
    makeFolder: () => Promise.resolve(),
    write: async (name, content) => void files.set(path(name), content),
    read: (name) => Promise.resolve(files.get(path(name)) ?? null),
    readUntrusted: (from) => {
      const text = files.get(from);
      return Promise.resolve(text === undefined ? null : { text });
    },
    copyInto: () => Promise.resolve([]),
    watch: () => () => undefined,
  };
}
