import type { Config } from '../domain/config.ts';
import type { Prompts } from '../domain/contract-text.ts';
import type { Activity, EventOf, EventPayload, TeamsEvent } from '../domain/events.ts';
import type { Epic, Prd } from '../domain/prd.ts';
import { evolve } from '../domain/evolve.ts';
import { findEpic, isFix, type EpicState, type RunState } from '../domain/state.ts';
import { CheckoutWatch } from './checkout-watch.ts';
import type { Ports } from './ports.ts';
import { Projector } from './project.ts';

/** A consumer of what happens: the views. */
export interface Listener {
  event(event: TeamsEvent, state: RunState): void;
  activity(activity: Activity): void;
}

/** What is fixed while a process of `teams` drives a run. */
export interface RunSetting {
  readonly ports: Ports;
  readonly config: Config;
  readonly prd: Prd;
  /** Path of the PRD from the root of the repository, as git prints it. */
  readonly prdPath: string;
  readonly prompts: Prompts;
  /** Paths that no attempt may change. */
  readonly protectedPaths: readonly string[];
}

/**
 * One run in the hands of one process: its state, the only door to change it (`publish`), and the wish to stop.
 */
export class RunContext {
  readonly setting: RunSetting;
  readonly runId: string;
  readonly projector: Projector;
  readonly checkout: CheckoutWatch;
  /** When this process stops working on the run, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly #listeners: readonly Listener[];
  readonly #stop = new AbortController();
  readonly #noticed = new Set<string>();
  #state: RunState | null;
  #wake: (() => void) | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(setting: RunSetting, runId: string, state: RunState | null, listeners: readonly Listener[]) {
    this.setting = setting;
    this.runId = runId;
    this.#state = state;
    this.#listeners = listeners;
    this.deadline = setting.ports.clock.now() + setting.config.timeouts.run;
    this.checkout = new CheckoutWatch(setting.ports.git, setting.prdPath);
    this.projector = new Projector(setting.ports.prd, setting.ports.clock);
  }

  get ports(): Ports {
    return this.setting.ports;
  }

  get config(): Config {
    return this.setting.config;
  }

  get state(): RunState {
    if (this.#state === null) throw new Error('the run has not started');
    return this.#state;
  }

  /** Aborted when work under way has to end: a person, the time limit of the run, or a failure of ours. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get failure(): { readonly error: unknown } | null {
    return this.#failure;
  }

  epic(epicId: string): EpicState {
    const epic = findEpic(this.state, epicId);
    if (epic === undefined) throw new Error(`no epic ${epicId} in this run`);
    return epic;
  }

  /** The full text of an epic for prompts; epics that `teams` made itself are built from their plan. */
  epicText(epicId: string): Epic {
    if (isFix(epicId)) return fixEpic(this.epic(epicId), this.state);
    const epic = this.setting.prd.epics.find(({ id }) => id === epicId);
    if (epic === undefined) throw new Error(`no epic ${epicId} in the PRD of this run`);
    return epic;
  }

  /** State changes at once; the promise resolves when the event is on disk. Await it before relying on the intent. */
  async publish(payload: EventPayload): Promise<void> {
    const { event, durable } = this.ports.journal.append(payload);
    this.#state = evolve(this.#state, event);
    this.projector.update(this.#state);
    for (const listener of this.#listeners) listener.event(event, this.#state);
    this.#wake?.();
    await durable;
  }

  /** Says what changed in the checkout of the person, if anything did. */
  async lookAtCheckout(): Promise<void> {
    const changed = await this.checkout.look();
    if (changed === null) return;
    const text = `your checkout changed during the run, by you or by an agent that strayed; nothing of that counts as work. ${changed}`;
    await this.publish({ type: 'notice', level: 'warning', code: 'checkout-changed', text });
  }

  /** What every session or worktree has to say is said by the first. */
  async noticeOnce(notice: Pick<EventOf<'notice'>, 'level' | 'code' | 'text'>): Promise<void> {
    if (this.#noticed.has(notice.text)) return;
    this.#noticed.add(notice.text);
    await this.publish({ type: 'notice', ...notice });
  }

  activity(activity: Activity): void {
    for (const listener of this.#listeners) listener.activity(activity);
  }

  /** Resolves at the next event, or at once after a failure. */
  async changed(): Promise<void> {
    if (this.#failure !== null) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  /** The last call: nothing is written any more, and everything that was published is on disk. */
  async close(): Promise<void> {
    await this.projector.stop();
    await this.ports.journal.close();
  }

  /** Asks everything under way to end. The run ends when it has. Asking again changes nothing. */
  async requestStop(reason: 'interrupt' | 'run-timeout'): Promise<void> {
    if (this.#stop.signal.aborted || this.state.phase !== 'running') return;
    this.#stop.abort();
    await this.publish({ type: 'stop.requested', reason });
  }

  /** A bug, a full disk, a broken repository: nothing more can be relied on, so everything is stopped. */
  abort(error: unknown): void {
    this.#failure ??= { error };
    this.#stop.abort();
    this.#wake?.();
  }
}

function fixEpic(epic: EpicState, state: RunState): Epic {
  const details = new Map(state.validation.findings.map((finding) => [finding.title, finding.details]));
  return {
    id: epic.plan.id,
    title: epic.plan.title,
    description:
      'The final validation of the merged work found these. Mend the causes; never weaken a test or a check.',
    status: 'pending',
    planned: false,
    dependsOn: [],
    userStories: epic.plan.stories.map((story, index) => ({
      id: story.id,
      title: story.title,
      description: details.get(story.title) ?? '',
      acceptanceCriteria: [`${story.title}: this is mended, and a test shows it where one can`],
      priority: index + 1,
      passes: false,
      failureReason: null,
    })),
  };
}
