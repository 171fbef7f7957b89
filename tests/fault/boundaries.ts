import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Compose, composePorts } from '../../src/cli/compose.ts';
import type { EventPayload } from '../../src/domain/events.ts';
import type { Git, Journal, Sessions } from '../../src/engine/ports.ts';

/** Where a fault can strike: just before an effect (for the journal: with half of the line written) or just after it. */
type Boundary = (when: 'before' | 'after', effect: string) => void;

/**
 * The real adapters, except that the process kills itself at the boundary with the name `fatal`; '' never. The names
 * of all boundaries that it comes by are appended to the file `log`; '' to none. Boundaries have names instead of
 * numbers because a merge and the next attempt overlap: their order differs from run to run, what they do does not.
 */
export function withBoundaries(fatal: string, log: string): Compose {
  const counts = new Map<string, number>();
  const numbered = (effect: string): string => {
    const n = (counts.get(effect) ?? 0) + 1;
    counts.set(effect, n);
    return n === 1 ? effect : `${effect} #${n}`;
  };
  const boundary: Boundary = (when, effect) => {
    const name = `${when} ${effect}`;
    if (log !== '') appendFileSync(log, `${name}\n`);
    if (name === fatal) process.kill(process.pid, 'SIGKILL');
  };
  const around: Around = async (what, work) => {
    const effect = numbered(what);
    boundary('before', effect);
    const result = await work();
    boundary('after', effect);
    return result;
  };
  return async (project, runId, lastSeq) => {
    const ports = await composePorts(project, runId, lastSeq);
    const { files, prd } = ports;
    let onTheWay = 0;
    let judged = false;
    const append: Journal['append'] = (payload) => {
      const effect = numbered(nameOf(payload));
      // Half a line is only ever the last one: not while another write is on its way.
      if (fatal === `before ${effect}` && onTheWay === 0) {
        const line = JSON.stringify({ v: 1, seq: 1, at: '', ...payload });
        appendFileSync(join(files.folder, 'journal.ndjson'), line.slice(0, line.length / 2));
      }
      boundary('before', effect);
      const { event, durable } = ports.journal.append(payload);
      onTheWay += 1;
      judged ||= payload.type === 'validation.ended';
      const written = durable.finally(() => (onTheWay -= 1));
      return { event, durable: written.then(() => boundary('after', effect)) };
    };
    return {
      ...ports,
      git: gitWith(ports.git, around),
      journal: { append, flush: () => ports.journal.flush(), close: () => ports.journal.close() },
      sessions: sessionsWith(ports.sessions, around, (effect) => boundary('after', numbered(effect))),
      files: {
        ...files,
        write: (name, content) => around(`write ${name}`, () => files.write(name, content)),
      },
      prd: {
        ...prd,
        // How often it is written depends on the clock; that it is once more when all is judged does not.
        write: (epics) => {
          if (!judged) return prd.write(epics);
          judged = false;
          return around('prd.write', () => prd.write(epics));
        },
      },
    };
  };
}

type Around = <T>(effect: string, work: () => Promise<T>) => Promise<T>;

/** Everything that changes the repository; the rest of the port only looks. */
function gitWith(git: Git, around: Around): Git {
  return {
    ...git,
    addWorktree: (path, branch, start) =>
      around(`addWorktree ${basename(path)}`, () => git.addWorktree(path, branch, start)),
    addDetachedWorktree: (path, commit) =>
      around(`addDetachedWorktree ${basename(path)}`, () => git.addDetachedWorktree(path, commit)),
    removeWorktree: (path) => around(`removeWorktree ${basename(path)}`, () => git.removeWorktree(path)),
    savePatch: (path, file) => around(`savePatch ${basename(path)}`, () => git.savePatch(path, file)),
    keepNested: (path, folder) => around(`keepNested ${basename(path)}`, () => git.keepNested(path, folder)),
    createBranch: (branch, commit) => around('createBranch', () => git.createBranch(branch, commit)),
    moveBranch: (branch, to, from) => around('moveBranch', () => git.moveBranch(branch, to, from)),
    deleteBranches: (branches) => around('deleteBranches', () => git.deleteBranches(branches)),
    commitTree: (commit) =>
      around(`commitTree ${commit.trailers['Teams-Epic'] ?? ''}`, () => git.commitTree(commit)),
    materialiseMerge: (path, theirs) => around('materialiseMerge', () => git.materialiseMerge(path, theirs)),
    fastForward: (branch, commit) => around('fastForward', () => git.fastForward(branch, commit)),
  };
}

function sessionsWith(sessions: Sessions, around: Around, spawned: (effect: string) => void): Sessions {
  return {
    unavailable: (backend) => sessions.unavailable(backend),
    run: (request, watch, stop) => {
      const effect = `session ${request.role} ${request.epicId ?? ''}`;
      const started: typeof watch.started = (process) => {
        // It exists, and nothing on disk knows of it.
        spawned(`spawn of ${effect}`);
        watch.started(process);
      };
      return around(effect, () => sessions.run(request, { ...watch, started }, stop));
    },
  };
}

/** The same in every run: no pid, no commit, no time. */
function nameOf(payload: EventPayload): string {
  const { type, epicId, where, code } = payload as { type: string } & Record<string, string | undefined>;
  return [type, epicId, where, code].filter((part) => part !== undefined && part !== null).join(' ');
}
