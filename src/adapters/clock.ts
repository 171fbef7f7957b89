import type { Clock } from '../engine/ports.ts';
import { LONGEST_DELAY } from './timer.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    // No limit of ours is longer on purpose.
    const timer = setTimeout(callback, Math.min(ms, LONGEST_DELAY));
    return () => clearTimeout(timer);
  },
};
