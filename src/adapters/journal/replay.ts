import { join } from 'node:path';
import type { TeamsEvent } from '../../domain/events.ts';
import { evolve } from '../../domain/evolve.ts';
import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import type { RunState } from '../../domain/state.ts';
import { JOURNAL_FILE } from '../layout.ts';
import { howToGoOn, type Place, scan, type Scanned, START, type Validator } from './scan.ts';

export interface Replayed extends Scanned {
  readonly state: RunState;
}

/** What is known of a run at a place of its journal. Null: nothing yet. */
interface Known {
  readonly state: RunState | null;
  readonly place: Place;
}

/**
 * State from the journal of a run. `validate` checks every field of every event against its schema, for who goes on
 * with the run; it loads zod. `base`: a state that is known for a place, so that only the rest is read.
 */
export async function replay(
  folder: string,
  options: {
    readonly validate?: boolean;
    readonly base?: { readonly state: RunState; readonly place: Place };
  } = {},
): Promise<Outcome<Replayed>> {
  const path = join(folder, JOURNAL_FILE);
  const validate = options.validate === true ? await schemaValidator() : undefined;
  const folded = await fold(path, options.base ?? { state: null, place: START }, { validate });
  if (!folded.ok) return folded;
  const { state, ...scanned } = folded.value;
  return state === null ? fail(empty(path)) : ok({ state, ...scanned });
}

/**
 * Reads a journal from a place on. `show` gets each event with the state it led to. An event that the state has no
 * place for is a `Problem` like a line that is none: a journal is a file, and anybody can have written into it.
 */
export async function fold(
  path: string,
  known: Known,
  {
    validate,
    show,
  }: {
    readonly validate?: Validator | undefined;
    readonly show?: (event: TeamsEvent, state: RunState) => void;
  } = {},
): Promise<Outcome<Scanned & { readonly state: RunState | null }>> {
  let { state } = known;
  let misfit: Problem | null = null;
  const visit = (event: TeamsEvent): void => {
    if (misfit !== null) return;
    try {
      state = evolve(state, event);
    } catch (error) {
      misfit = notFitting(path, event.seq, error);
      return;
    }
    show?.(event, state);
  };
  const scanned = await scan(path, known.place, visit, validate);
  if (misfit !== null) {
    // What is wrong with a field says more than where that led to.
    const checked =
      validate === undefined ? await scan(path, known.place, () => {}, await schemaValidator()) : scanned;
    return checked.ok ? fail(misfit) : checked;
  }
  return scanned.ok ? ok({ ...scanned.value, state }) : scanned;
}

/** Checks every field of every event; loads zod. */
export async function schemaValidator(): Promise<Validator> {
  const { eventSchema } = await import('../../domain/events.ts');
  return (event) => {
    const parsed = eventSchema.safeParse(event);
    if (parsed.success) return null;
    const [issue] = parsed.error.issues;
    return issue === undefined
      ? 'it does not have the form of its type'
      : `${issue.path.join('.')}: ${issue.message}`;
  };
}

function notFitting(path: string, line: number, error: unknown): Problem {
  return {
    code: 'malformed-journal',
    what: `line ${line} of the journal does not fit what comes before it`,
    where: `${path}:${line}`,
    why: error instanceof Error ? error.message : String(error),
    fix: howToGoOn(path),
  };
}

const empty = (path: string): Problem => ({
  code: 'empty-journal',
  what: 'the run ended before its first event was written',
  where: path,
  fix: 'teams run',
});
