import { createWriteStream } from 'node:fs';

/** A log never fills the disk: 64 MB, then a marker, then nothing. In bytes. */
const LOG_LIMIT = 64 * 1024 * 1024;

export interface BoundedLog {
  /** False: wait for `whenWritable` before the next chunk, or it piles up in memory. */
  write(chunk: Buffer): boolean;
  whenWritable(callback: () => void): void;
  /** Resolves when everything is written; to a text when the log could not be written as a whole. */
  close(): Promise<string | null>;
}

export function openLog(path: string): BoundedLog {
  const file = createWriteStream(path, { mode: 0o600 });
  let left = LOG_LIMIT;
  let failure: string | null = null;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    for (const callback of waiting.splice(0)) callback();
  };
  file.on('drain', release);
  // A full disk costs the rest of the log, not the session; the journal is what reports it.
  file.on('error', (error) => {
    failure = `the log ${path} is incomplete: ${error.message}`;
    release();
  });
  return {
    write(chunk) {
      if (left <= 0 || failure !== null) return true;
      const fits = chunk.length <= left;
      const part = fits ? chunk : chunk.subarray(0, left);
      left -= part.length;
      const writable = file.write(part);
      return left > 0
        ? writable
        : file.write(`\n[teams: truncated, the log reached its limit of ${LOG_LIMIT} bytes]\n`);
    },
    whenWritable: (callback) => void waiting.push(callback),
    close: () =>
      new Promise((resolve) => {
        file.once('close', () => resolve(failure));
        if (failure === null) file.end();
        else resolve(failure);
      }),
  };
}
