import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/engine/ports.ts';

/** Time that passes only when nothing is left to do. In milliseconds. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Lets time pass until `work` is done; everything it waits for has to be a promise or a timer of this clock. */
  async drive<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = (): void => void (ended = true);
    work.then(end, end);
    for (;;) {
      await setImmediate();
      if (ended) return work;
      this.#advance();
    }
  }

  #advance(): void {
    let next: { readonly at: number; readonly callback: () => void } | null = null;
    for (const timer of this.#timers) if (next === null || timer.at < next.at) next = timer;
    if (next === null) throw new Error('everything waits for something that never comes');
    this.#timers.delete(next);
    this.#now = next.at;
    next.callback();
  }
}
