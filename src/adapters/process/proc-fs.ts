import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';

/**
 * Linux's /proc, read synchronously: a scan is a few hundred tiny reads from memory, and through the thread pool they
 * would cost several times the CPU.
 */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** The same text as `startTimeOf` gives. */
  readonly startTime: string;
  /** A zombie has ended already; only its parent has not asked for the exit code yet. */
  readonly zombie: boolean;
}

/** Null when there is no such process. */
export function factsOf(pid: number): ProcessFacts | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // No such process, or it ended while its file was being read: either way it is not there.
    return null;
  }
  // The command name may hold spaces and parentheses; what follows its last one is plain: state is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent = '0', group = '0'] = fields;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    startTime: fields[19] ?? '',
    zombie: state === 'Z' || state === 'X',
  };
}

/** Whether the terminal is ours: after `&`, or Ctrl-Z and `bg`, what is typed and shown there is the shell's. */
export function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // -1: it has no terminal that could be somebody else's.
    return foreground === '-1' || foreground === group;
  } catch {
    // Not on Linux: nobody knows.
    return true;
  }
}

export function allPids(): readonly number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** Processes of this user whose environment, as it was when they began, holds all of the given `NAME=value` texts. */
export function pidsWithEnvironment(entries: readonly string[]): readonly number[] {
  const uid = process.getuid?.();
  const wanted = entries.map((entry) => Buffer.from(`\0${entry}\0`));
  return allPids().filter((pid) => {
    // Asked first because a refused open costs more than this.
    if (statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid !== uid) return false;
    const environment = environmentOf(pid);
    return environment !== null && wanted.every((entry) => environment.includes(entry));
  });
}

// Larger than what most environments need, so that one read is enough; grows for the others.
let scratch = Buffer.alloc(64 * 1024);

/** The raw environment with a NUL at either end; null when it is empty or not ours to read. */
function environmentOf(pid: number): Buffer | null {
  let file: number;
  try {
    file = openSync(`/proc/${pid}/environ`, 'r');
  } catch {
    // Ended meanwhile, or protected (a set-uid program): not a process that a session can have left behind.
    return null;
  }
  try {
    let length = 1;
    scratch[0] = 0;
    for (;;) {
      const room = scratch.length - length - 1;
      const read = readSync(file, scratch, length, room, null);
      length += read;
      if (read < room) break;
      scratch = Buffer.concat([scratch, Buffer.alloc(scratch.length)]);
    }
    if (length === 1) return null;
    scratch[length] = 0;
    return scratch.subarray(0, length + 1);
  } catch {
    // Ended while it was being read.
    return null;
  } finally {
    closeSync(file);
  }
}
