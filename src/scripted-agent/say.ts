import { writeSync } from 'node:fs';

/** A person sits at the terminal: they are told in words what `teams` gets as lines of JSON. */
export const INTERACTIVE = process.argv.includes('--interactive');

/** One line of the protocol of scripted and command backends. */
export function emit(line: object): void {
  writeAll(1, Buffer.from(`${JSON.stringify(line)}\n`));
}

export function say(kind: 'tool' | 'message' | 'file' | 'agent', text: string): void {
  if (INTERACTIVE) writeAll(1, Buffer.from(`${kind === 'message' ? '' : `${kind}: `}${text}\n`));
  else emit({ type: 'activity', kind, text });
}

/** Written at once and in order. When nobody reads any more, there is nobody to work for: the agent ends. */
export function writeAll(file: 1 | 2, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(file, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(1);
      if (code !== 'EAGAIN') throw error;
      // Somebody made the pipe non-blocking; nothing tells when it has room again.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
