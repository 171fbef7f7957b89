/** Node fires at once for delays above this. */
const LONGEST = 2_147_483_647;

export interface Limits {
  /** Output came: the idle time begins again. Cheap enough to be called for every chunk. */
  active(): void;
  cancel(): void;
}

/** Calls back once when `total` milliseconds passed, or `idle` milliseconds without output. */
export function watchLimits(
  limits: { readonly total: number; readonly idle: number | null },
  reached: (which: 'total' | 'idle') => void,
): Limits {
  let last = performance.now();
  let idleTimer: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    clearTimeout(totalTimer);
    clearTimeout(idleTimer);
  };
  const fire = (which: 'total' | 'idle'): void => {
    cancel();
    reached(which);
  };
  const totalTimer = setTimeout(() => fire('total'), Math.min(limits.total, LONGEST));
  const { idle } = limits;
  if (idle !== null) {
    // Armed again only when it runs out, not for every chunk: a silent session costs one wake-up per idle time.
    const arm = (ms: number): void => {
      idleTimer = setTimeout(
        () => {
          const left = last + idle - performance.now();
          if (left <= 0) fire('idle');
          else arm(left);
        },
        Math.min(Math.ceil(ms), LONGEST),
      );
    };
    arm(idle);
  }
  return { active: () => void (last = performance.now()), cancel };
}
