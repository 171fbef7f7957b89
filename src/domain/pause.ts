import type { PauseKind } from './events.ts';
import type { RunState } from './state.ts';

/** Backends that can do what one was wished for, in the order in which they are asked. */
export const backendsFor = (state: RunState, wished: string): readonly string[] => [
  ...new Set([wished, ...state.started.fallback]),
];

/** A backend may have any name, `constructor` too. */
export const isPaused = (state: RunState, backend: string): boolean => Object.hasOwn(state.pauses, backend);

/** How often it was paused since it last worked. */
export const strikesOf = ({ strikes }: RunState, backend: string): number =>
  Object.hasOwn(strikes, backend) ? (strikes[backend] ?? 0) : 0;

/** The first backend that is not paused; null when each of them is. */
export const usableBackend = (state: RunState, wished: string): string | null =>
  backendsFor(state, wished).find((name) => !isPaused(state, name)) ?? null;

/** Seven doublings of a minute are about two hours: nobody waits longer for one answer. */
const MOST_STRIKES = 7;

/** What a session that could not work says of its backend. Times in milliseconds since the epoch, or as durations. */
export interface Trouble {
  readonly kind: string;
  readonly resetsAt: number | null;
  /** How often the backend was paused since it last worked. */
  readonly strikes: number;
  readonly now: number;
  /** Another backend can do its work meanwhile. */
  readonly standIn: boolean;
  /** The first pause where nobody says how long; it doubles. */
  readonly backoff: number;
  /** When the run is over in any case. */
  readonly deadline: number;
}

/**
 * How long nothing is started on the backend. Null: the trouble is that of the session, not of the backend, or there
 * is no end of it, so the attempt has failed. A limit that is lifted after the end of the run is waited for by a person.
 */
export function pauseFor(
  trouble: Trouble,
): { readonly kind: PauseKind; readonly until: number | null } | null {
  const { kind, resetsAt, strikes, standIn, now, backoff, deadline } = trouble;
  if (kind === 'auth') return { kind, until: null };
  if (kind !== 'rate-limit' && kind !== 'unavailable') return null;
  if (kind === 'unavailable' && strikes >= MOST_STRIKES && !standIn) return null;
  const guess = now + backoff * 2 ** Math.min(strikes, MOST_STRIKES);
  // The first time it is taken at its word; one that is wrong about it must not be asked over and over.
  const until =
    resetsAt === null ? guess : strikes === 0 ? Math.max(resetsAt, now) : Math.max(resetsAt, guess);
  return { kind, until: until > deadline ? null : until };
}
