import { startTimeOf } from '../process-table.ts';
import { allPids, factsOf, pidsWithEnvironment, type ProcessFacts } from './proc-fs.ts';

/** What belongs to a session or a run, however far its processes have wandered. */
export interface Belongings {
  /** Process groups, known by their leader. */
  readonly groups: readonly { readonly pid: number; readonly startTime: string }[];
  /** The leaders are children of ours: a group without a leader is still theirs, nobody had the time to reuse its number. */
  readonly children: boolean;
  /** `NAME=value` texts that mark the environment of its processes. Only Linux lets us look for them. */
  readonly mark: readonly string[];
}

/** One process; on systems without /proc a whole group, with a negative pid as `kill` has it. */
interface Survivor {
  readonly pid: number;
  readonly startTime: string | null;
  readonly group: number | null;
}

const onLinux = process.platform === 'linux';
const SHORTEST_LOOK = 10;
const LONGEST_LOOK = 100;
/** A process in uninterruptible sleep cannot be killed by anyone: not waited for longer than this after SIGKILL. */
const AFTER_KILL = 2_000;

/**
 * Sends a signal to everything alive that belongs to it, except this process and its ancestors, which may carry the
 * mark of a session that `teams` itself runs in. Returns whom it was sent to.
 */
export async function signalAll(
  owned: Belongings,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<readonly Survivor[]> {
  const survivors = onLinux ? survivorsOnLinux(owned) : await survivingGroups(owned);
  const groups = new Set(owned.groups.map((group) => group.pid));
  const ours = onLinux && survivors.length > 0 ? factsOf(process.pid)?.group : undefined;
  const signalled = new Set<number>();
  for (const survivor of survivors) {
    const { group } = survivor;
    // A whole group at once leaves its members no time to fork; our own group is never signalled as a whole.
    const target = group !== null && groups.has(group) && group !== ours ? -group : survivor.pid;
    if (signalled.has(target)) continue;
    signalled.add(target);
    send(target, signal);
  }
  return survivors;
}

/**
 * Ends everything alive that belongs to it: SIGTERM now, SIGKILL after `patience` milliseconds. Returns how many
 * processes there were. Costs one scan when there are none.
 */
export async function endLeftovers(owned: Belongings, patience: number): Promise<number> {
  const killAt = performance.now() + patience;
  const ended = new Set<string>();
  for (;;) {
    const late = performance.now() >= killAt;
    const survivors = await signalAll(owned, late ? 'SIGKILL' : 'SIGTERM');
    if (survivors.length === 0) return ended.size;
    for (const { pid, startTime } of survivors) ended.add(`${pid}:${startTime}`);
    await waitForEnd(survivors, late ? performance.now() + LONGEST_LOOK : killAt);
    if (performance.now() >= killAt + AFTER_KILL) return ended.size;
  }
}

async function waitForEnd(survivors: readonly Survivor[], until: number): Promise<void> {
  let pause = SHORTEST_LOOK;
  // These are nobody's children any more, so no event tells of their end.
  while (survivors.some(isAlive) && performance.now() < until) {
    const left = until - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, Math.min(pause, left))));
    pause = Math.min(pause * 1.5, LONGEST_LOOK);
  }
}

function isAlive({ pid, startTime }: Survivor): boolean {
  if (startTime === null) return exists(pid);
  const facts = factsOf(pid);
  return facts !== null && !facts.zombie && facts.startTime === startTime;
}

function survivorsOnLinux({ groups, children, mark }: Belongings): readonly ProcessFacts[] {
  const marked = mark.length === 0 ? [] : pidsWithEnvironment(mark).flatMap((pid) => factsOf(pid) ?? []);
  const markedGroups = new Set(marked.map((facts) => facts.group));
  const alive = groups.filter(
    (group) => exists(-group.pid) && isOurs(group, children || markedGroups.has(group.pid)),
  );
  const found = new Map(marked.map((facts) => [facts.pid, facts]));
  if (alive.length > 0) {
    const wanted = new Set(alive.map((group) => group.pid));
    for (const facts of allPids().map(factsOf)) {
      if (facts !== null && wanted.has(facts.group)) found.set(facts.pid, facts);
    }
  }
  if (found.size === 0) return [];
  const spared = selfAndAncestors();
  return [...found.values()].filter((facts) => !facts.zombie && !spared.has(facts.pid));
}

/**
 * A group outlives its leader, and its number is not given away while it lasts. So it is ours if the leader is the one
 * we knew; without a leader, only if something else shows it.
 */
function isOurs({ pid, startTime }: Belongings['groups'][number], shown: boolean): boolean {
  const leader = factsOf(pid);
  return leader === null ? shown : leader.startTime === startTime;
}

async function survivingGroups({ groups, children }: Belongings): Promise<readonly Survivor[]> {
  const survivors: Survivor[] = [];
  for (const { pid, startTime } of groups) {
    const leader = await startTimeOf(pid);
    const ours = leader === null ? children : leader === startTime;
    if (ours && exists(-pid)) survivors.push({ pid: -pid, startTime: null, group: null });
  }
  return survivors;
}

function selfAndAncestors(): ReadonlySet<number> {
  const chain = new Set<number>();
  for (let pid = process.pid; pid > 0 && !chain.has(pid); pid = factsOf(pid)?.parent ?? 0) chain.add(pid);
  return chain;
}

function exists(pid: number): boolean {
  return send(pid, 0);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    // ESRCH: it ended in between, which is what was wanted. EPERM: alive, but it became another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
