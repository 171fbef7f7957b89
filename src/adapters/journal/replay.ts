import { join } from 'node:path';
import type { TeamsEvent } from '../../domain/events.ts';
import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import { evolve, type RunState } from '../../domain/state.ts';
import { JOURNAL_FILE } from '../layout.ts';
import { howToGoOn, type Place, scan, type Scanned, START, type Validator } from './scan.ts';

export interface Replayed extends Scanned {
  readonly state: RunState;
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
  let state = options.base?.state ?? null;
  let misfit: Problem | null = null;
  const visit = (event: TeamsEvent): void => {
    if (misfit !== null) return;
    try {
      state = evolve(state, event);
    } catch (error) {
      misfit = notFitting(path, event.seq, error);
    }
  };
  const scanned = await scan(
    path,
    options.base?.place ?? START,
    visit,
    options.validate === true ? await schemaValidator() : undefined,
  );
  if (misfit !== null) return fail(misfit);
  if (!scanned.ok) return scanned;
  return state === null ? fail(empty(path)) : ok({ state, ...scanned.value });
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
