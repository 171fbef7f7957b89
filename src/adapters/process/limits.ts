import { LONGEST_DELAY } from '../timer.ts';

export interface Limits {
  /** Output came: the idle time begins again. Cheap enough to be called for every chunk. */
  active(): void;
  cancel(): void;
}

/**
 * Calls back once when `total` milliseconds passed, or `idle` milliseconds without output. `lastSign` is asked before the
 * latter: a sign of life that is not output, in milliseconds since the epoch, begins the idle time again.
 */
export function watchLimits(
  limits: { readonly total: number; readonly idle: number | null },
  reached: (which: 'total' | 'idle') => void,
  lastSign: () => Promise<number | null> = async () => null,
): Limits {
  let last = performance.now();
  let over = false;
  let idleTimer: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    over = true;
    clearTimeout(totalTimer);
    clearTimeout(idleTimer);
  };
  const fire = (which: 'total' | 'idle'): void => {
    cancel();
    reached(which);
  };
  const totalTimer = setTimeout(() => fire('total'), Math.min(limits.total, LONGEST_DELAY));
  const { idle } = limits;
  if (idle !== null) {
    const left = (): number => last + idle - performance.now();
    const strike = async (): Promise<void> => {
      if (left() <= 0) {
        const sign = await lastSign();
        // A clock that was set back makes signs of the future.
        if (sign !== null) last = Math.max(last, performance.now() - Math.max(0, Date.now() - sign));
      }
      if (over) return;
      if (left() <= 0) fire('idle');
      else arm(left());
    };
    // Armed again only when it runs out, not for every chunk: a silent session costs one wake-up per idle time.
    const arm = (ms: number): void => {
      idleTimer = setTimeout(() => void strike(), Math.min(Math.ceil(ms), LONGEST_DELAY));
    };
    arm(idle);
  }
  return { active: () => void (last = performance.now()), cancel };
}
