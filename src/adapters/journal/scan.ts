import { dirname } from 'node:path';
import type { EventPayload, TeamsEvent } from '../../domain/events.ts';
import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import { clip, printable } from '../../domain/printable.ts';
import { shellPath } from '../../domain/shell-word.ts';
import { openRegular } from '../regular-file.ts';

/** Large, because `status` reads 25 MB of a long run in a fraction of a second. */
const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;

export interface Place {
  /** Bytes from the start of the file, after a newline. */
  readonly offset: number;
  /** Number of the event before it; also the number of its line. */
  readonly seq: number;
}

export const START: Place = { offset: 0, seq: 0 };

export interface Scanned extends Place {
  /** The last line was cut off by a crash and is left out. */
  readonly torn: boolean;
}

/** Says what is wrong with an event that has the right form, or null. */
export type Validator = (event: TeamsEvent) => string | null;

/**
 * Hands out the events of a journal from a place on. A line that is not the event it has to be is a `Problem` naming
 * file and line; nothing after it is read. So is a file that cannot be read.
 */
export async function scan(
  path: string,
  from: Place,
  visit: (event: TeamsEvent) => void,
  validate: Validator = () => null,
): Promise<Outcome<Scanned>> {
  try {
    return await scanFile(path, from, visit, validate);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return fail(unreadable(path, error));
    throw error;
  }
}

async function scanFile(
  path: string,
  from: Place,
  visit: (event: TeamsEvent) => void,
  validate: Validator,
): Promise<Outcome<Scanned>> {
  const file = await openRegular(path);
  try {
    let { offset, seq } = from;
    // Grows only for a line that is longer than itself.
    let buffer = Buffer.allocUnsafe(CHUNK);
    let held = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, held, buffer.length - held, offset + held);
      const filled = held + bytesRead;
      const end = buffer.subarray(0, filled).lastIndexOf(NEWLINE) + 1;
      for (const line of end === 0 ? [] : buffer.toString('utf8', 0, end - 1).split('\n')) {
        const read = parse(line, seq + 1);
        if (!read.ok) return fail(malformed(path, seq + 1, read.error, line));
        const wrong = validate(read.value);
        if (wrong !== null) return fail(malformed(path, seq + 1, { wrong }, line));
        seq += 1;
        visit(read.value);
      }
      offset += end;
      held = filled - end;
      if (bytesRead === 0) return ok({ offset, seq, torn: held > 0 });
      buffer.copyWithin(0, end, filled);
      if (held === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    }
  } finally {
    await file.close();
  }
}

interface Wrong {
  readonly wrong: string;
  /** It looks as if a newer teams had written it. */
  readonly newer?: boolean;
}

function parse(line: string, seq: number): Outcome<TeamsEvent, Wrong> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return fail({ wrong: 'it is not JSON' });
  }
  if (typeof value !== 'object' || value === null) return fail({ wrong: 'it is not an event' });
  const event = value as Partial<TeamsEvent>;
  if (event.v !== 1) {
    return fail({
      wrong: `its version is ${shown(event.v)}, this teams reads version 1`,
      newer: event.v !== undefined,
    });
  }
  if (event.seq !== seq) return fail({ wrong: `its number is ${shown(event.seq)}, it has to be ${seq}` });
  if (typeof event.at !== 'string') return fail({ wrong: 'it has no time' });
  if (typeof event.type !== 'string' || !Object.hasOwn(KNOWN, event.type)) {
    const wrong = `its type ${shown(event.type)} is unknown to this version of teams`;
    return fail({ wrong, newer: event.type !== undefined });
  }
  return ok(event as TeamsEvent);
}

const shown = (value: unknown): string => clip(printable(JSON.stringify(value) ?? 'missing'), 60);

const unreadable = (path: string, { message }: Error): Problem => ({
  code: 'unreadable-journal',
  what: 'the journal of the run cannot be read',
  where: path,
  why: message,
  fix: howToGoOn(path),
});

function malformed(path: string, line: number, { wrong, newer }: Wrong, text: string): Problem {
  return {
    code: 'malformed-journal',
    what: `line ${line} of the journal cannot be read: ${wrong}`,
    where: `${path}:${line}  ${clip(printable(text), 120)}`,
    why: 'what happened after it would be guessed',
    fix: newer === true ? `use the newer teams that wrote it, or ${howToGoOn(path)}` : howToGoOn(path),
  };
}

/** A run is known by the name of its folder: under another one it is in nobody's way, and all of it is still there. */
export function howToGoOn(journal: string): string {
  const folder = dirname(journal);
  const aside = `mv ${shellPath(folder)} ${shellPath(`${folder}.broken`)}`;
  return `restore the file, or set the run aside: ${aside} && teams run   (what it merged stays on its branch)`;
}

/** The compiler keeps this complete; reading the types from the schemas would load zod for every `status`. */
const KNOWN: Readonly<Record<EventPayload['type'], true>> = {
  'run.started': true,
  'run.resumed': true,
  'run.landed': true,
  'run.land-failed': true,
  'run.ended': true,
  'epic.ready': true,
  'epic.blocked': true,
  'epic.reset': true,
  'attempt.started': true,
  'attempt.ended': true,
  'story.updated': true,
  'session.opened': true,
  'session.steered': true,
  'backend.paused': true,
  'backend.ready': true,
  'process.started': true,
  'process.ended': true,
  'check.started': true,
  'check.ended': true,
  'merge.started': true,
  'merge.conflicted': true,
  'merge.done': true,
  'merge.failed': true,
  'merge.interrupted': true,
  'validation.started': true,
  'validation.ended': true,
  'fix.planned': true,
  'stop.requested': true,
  notice: true,
};
