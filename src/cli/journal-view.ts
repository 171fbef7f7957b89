import { join } from 'node:path';
import { fold, schemaValidator } from '../adapters/journal/replay.ts';
import { type Place, START } from '../adapters/journal/scan.ts';
import { JOURNAL_FILE } from '../adapters/layout.ts';
import type { TeamsEvent } from '../domain/events.ts';
import { ok, type Outcome } from '../domain/problem.ts';
import type { RunState } from '../domain/state.ts';

/** The journal of a run as it grows, folded. */
export class JournalView {
  state: RunState | null = null;
  readonly #path: string;
  #place: Place = START;

  constructor(folder: string) {
    this.#path = join(folder, JOURNAL_FILE);
  }

  get epicIds(): readonly string[] {
    return this.state?.epics.map(({ plan }) => plan.id) ?? [];
  }

  get ended(): boolean {
    return this.state !== null && this.state.endedAt !== null;
  }

  /** Hands out the events that are new, each with the state it led to. */
  async read(show: (event: TeamsEvent, state: RunState) => void): Promise<Outcome<void>> {
    const known = { state: this.state, place: this.#place };
    // What is shown is made of every field: one that is missing would be shown as such, or worse.
    const folded = await fold(this.#path, known, { show, validate: await schemaValidator() });
    if (!folded.ok) return folded;
    this.state = folded.value.state;
    this.#place = folded.value;
    return ok(undefined);
  }
}
