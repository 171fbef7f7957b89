import type { Clock } from '../engine/ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    // Node fires at once for delays above 2^31-1; no limit of ours is that long on purpose.
    const timer = setTimeout(callback, Math.min(ms, 2_147_483_647));
    return () => clearTimeout(timer);
  },
};
