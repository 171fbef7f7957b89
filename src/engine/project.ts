import { ok, type Outcome } from '../domain/problem.ts';
import { isFix, type EpicPhase, type RunState } from '../domain/state.ts';
import type { Clock, PrdProjection, PrdStatus } from './ports.ts';

/** Writing the whole file for each event would make a run quadratic; a person does not look more often than this. */
const INTERVAL = 1_000;

/**
 * Keeps `status`, `passes` and `failureReason` in prd.json in step with the state. The journal is the truth, so a
 * write that a crash prevented is made up for by the next resume.
 */
export class Projector {
  readonly #file: PrdProjection;
  readonly #clock: Clock;
  #pending: RunState | null = null;
  #cancel: (() => void) | null = null;
  #writing: Promise<Outcome<void>> = Promise.resolve(ok(undefined));
  #edited = false;
  #damage: string | null = null;

  constructor(file: PrdProjection, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Somebody else wrote into the file while the run was going. */
  get edited(): boolean {
    return this.#edited;
  }

  /** What the file lost by that and lacks still, as in "prd.json …"; null: nothing. */
  get damage(): string | null {
    return this.#damage;
  }

  /** What the file would be without the damage; null when it was never read. */
  undamaged(state: RunState): string | null {
    return this.#file.undamaged(statuses(state));
  }

  update(state: RunState): void {
    this.#pending = state;
    this.#cancel ??= this.#clock.after(INTERVAL, () => {
      this.#cancel = null;
      // A problem is not lost: the state stays pending, and the flush at the end says so if it is still there.
      void this.flush();
    });
  }

  /** Resolves when the newest state is in the file. */
  flush(): Promise<Outcome<void>> {
    const state = this.#pending;
    if (state === null) return this.#writing;
    this.#pending = null;
    this.#writing = this.#write(state);
    return this.#writing;
  }

  /** Nothing is written any more once this resolves. What is pending stays unwritten: flush first. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = () => {};
    await this.#writing;
  }

  async #write(state: RunState): Promise<Outcome<void>> {
    const written = await this.#file.write(statuses(state));
    if (written.ok) {
      this.#edited ||= written.value.edited;
      this.#damage = written.value.damage;
      return ok(undefined);
    }
    this.#pending ??= state;
    return written;
  }
}

export function statuses(state: RunState): readonly PrdStatus[] {
  return state.epics
    .filter((epic) => !isFix(epic.plan.id))
    .map((epic) => ({
      id: epic.plan.id,
      status: statusOf(epic.phase),
      stories: epic.plan.stories.map(({ id }) => {
        const story = epic.stories[id];
        const passes = story?.passes ?? false;
        // Where the stories hold but the epic does not, the reason would be lost in a file that has none per epic.
        const failureReason =
          story?.reason ?? (statusOf(epic.phase) === 'pending' || passes ? null : epic.failureReason);
        return { id, passes, failureReason };
      }),
    }));
}

function statusOf(phase: EpicPhase): PrdStatus['status'] {
  switch (phase) {
    case 'merged':
      return 'completed';
    case 'partial':
    case 'failed':
    case 'merge-failed':
      return phase;
    case 'waiting':
    case 'ready':
    case 'attempting':
    case 'passed':
    case 'merging':
    case 'blocked':
      return 'pending';
  }
}
