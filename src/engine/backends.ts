import { isBudgetSpent } from '../domain/budget.ts';
import { isPaused, pauseFor, strikesOf, usableBackend } from '../domain/pause.ts';
import type { AgentFailure } from './ports.ts';
import type { RunContext } from './run-context.ts';

/** Where a session runs, and which models are pinned there. */
export interface Seat {
  readonly backend: string;
  readonly models: Readonly<Record<string, string>>;
}

/**
 * The seat for a session that was wished for on one backend; null: the budget is spent, or every backend is paused. Pinned
 * models are those of the wished backend: another one would not know them.
 */
export function takeSeat(
  ctx: RunContext,
  wished: string,
  models: Readonly<Record<string, string>>,
): Seat | null {
  const backend = isBudgetSpent(ctx.state) ? null : usableBackend(ctx.state, wished);
  return backend === null ? null : { backend, models: backend === wished ? models : {} };
}

/**
 * Puts on record that nothing is started on a backend for now, if that is what the failure of a session means. False:
 * it was the failure of that session alone.
 */
export async function pauseBackend(
  ctx: RunContext,
  backend: string,
  { kind, text, resetsAt }: AgentFailure,
): Promise<boolean> {
  const isKnown = isPaused(ctx.state, backend);
  const pause = pauseFor({
    kind,
    resetsAt,
    // Sessions that ran side by side run into the same wall.
    strikes: strikesOf(ctx.state, backend) - (isKnown ? 1 : 0),
    standIn: ctx.state.started.fallback.some((name) => name !== backend && !isPaused(ctx.state, name)),
    now: ctx.ports.clock.now(),
    backoff: ctx.config.timeouts.backoff,
    deadline: ctx.deadline,
  });
  if (pause === null) return false;
  if (isKnown) return true;
  const lifted = resetsAt === null ? '' : `, lifted at ${new Date(resetsAt).toISOString()}`;
  const late = pause.until === null && pause.kind !== 'auth' ? ', after the time limit of the run' : '';
  await ctx.publish({
    type: 'backend.paused',
    backend,
    kind: pause.kind,
    until: pause.until === null ? null : new Date(pause.until).toISOString(),
    reason: `${text}${lifted}${late}`,
  });
  return true;
}

/** A backend that the run wants, that cannot be started, and that has a stand-in. */
export interface MissingBackend {
  readonly backend: string;
  readonly reason: string;
}

export async function pauseMissing(ctx: RunContext, missing: readonly MissingBackend[]): Promise<void> {
  for (const { backend, reason } of missing) {
    await ctx.publish({ type: 'backend.paused', backend, kind: 'missing', until: null, reason });
  }
}

/** Ends pauses when their time has come. Ask after every event; returns what cancels all of it. */
export function watchPauses(ctx: RunContext): { look(): void; cancel(): void } {
  const armed = new Map<string, () => void>();
  return {
    look() {
      for (const [backend, { until }] of Object.entries(ctx.state.pauses)) {
        if (until === null || armed.has(backend)) continue;
        const wait = Math.max(0, Date.parse(until) - ctx.ports.clock.now());
        const ready = (): void => {
          armed.delete(backend);
          ctx.publish({ type: 'backend.ready', backend }).catch((error: unknown) => ctx.abort(error));
        };
        armed.set(backend, ctx.ports.clock.after(wait, ready));
      }
    },
    cancel() {
      for (const cancel of armed.values()) cancel();
      armed.clear();
    },
  };
}
