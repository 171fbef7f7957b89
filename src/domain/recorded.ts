import type { TeamsEvent, Usage } from './events.ts';

/** One attempt as it went: what an estimate draws from. */
export interface RecordedAttempt {
  readonly runId: string;
  readonly backend: string;
  readonly takes: number;
  /** Stories that were to be done. */
  readonly stories: number;
  readonly passes: boolean;
  readonly usage: Usage | null;
}

/** What the journals of a repository say about how long things take, in milliseconds. */
export interface Recorded {
  readonly attempts: readonly RecordedAttempt[];
  readonly merges: readonly number[];
  readonly validations: readonly { readonly backend: string; readonly takes: number }[];
}

/**
 * Collects what one run says. What was cut off says nothing about how long it would have taken: interrupted attempts are
 * left out, and so are those that went on with the session of one.
 */
export class Recording {
  readonly #attempts: RecordedAttempt[] = [];
  readonly #merges: number[] = [];
  readonly #validations: { backend: string; takes: number }[] = [];
  readonly #open = new Map<string, { at: number; backend: string; stories: number; resumed: boolean }>();
  readonly #merging = new Map<string, number>();
  #validation: { at: number; backend: string } | null = null;
  #finalBackend = '';
  #runId = '';

  event(event: TeamsEvent): void {
    const at = Date.parse(event.at);
    switch (event.type) {
      case 'run.started':
        this.#finalBackend = event.finalBackend;
        this.#runId = event.runId;
        return;
      case 'attempt.started': {
        const { epicId, backend, todo } = event;
        this.#open.set(epicId, { at, backend, stories: Math.max(1, todo.length), resumed: false });
        return;
      }
      case 'session.opened': {
        const attempt = event.epicId === null ? undefined : this.#open.get(event.epicId);
        if (attempt !== undefined && event.role === 'team-lead') attempt.resumed ||= event.resumed;
        if (event.role === 'final-validator' && this.#validation !== null) {
          this.#validation.backend = event.backend;
        }
        return;
      }
      case 'attempt.ended': {
        const attempt = this.#open.get(event.epicId);
        this.#open.delete(event.epicId);
        if (attempt === undefined || attempt.resumed || event.outcome === 'interrupted') return;
        const { backend, stories } = attempt;
        const takes = Math.max(0, at - attempt.at);
        this.#attempts.push({
          runId: this.#runId,
          backend,
          takes,
          stories,
          passes: event.outcome === 'passed',
          usage: event.usage,
        });
        return;
      }
      case 'merge.started':
        this.#merging.set(event.epicId, at);
        return;
      case 'merge.done': {
        const since = this.#merging.get(event.epicId);
        if (since !== undefined && !event.recovered) this.#merges.push(Math.max(0, at - since));
        this.#merging.delete(event.epicId);
        return;
      }
      case 'validation.started':
        this.#validation = { at, backend: this.#finalBackend };
        return;
      case 'validation.ended':
        if (this.#validation !== null && (event.outcome === 'pass' || event.outcome === 'fail')) {
          const { backend } = this.#validation;
          this.#validations.push({ backend, takes: Math.max(0, at - this.#validation.at) });
        }
        this.#validation = null;
        return;
      case 'run.resumed':
        // The time between is nobody's.
        this.#open.clear();
        this.#merging.clear();
        this.#validation = null;
        return;
      default:
    }
  }

  get recorded(): Recorded {
    return { attempts: this.#attempts, merges: this.#merges, validations: this.#validations };
  }
}

export const together = (all: readonly Recorded[]): Recorded => ({
  attempts: all.flatMap((one) => one.attempts),
  merges: all.flatMap((one) => one.merges),
  validations: all.flatMap((one) => one.validations),
});
