import type { FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { NOT_REGULAR, openRegular } from './regular-file.ts';

const CHUNK = 256 * 1024;
/** A line that goes on beyond this is handed out in pieces, so that no file can take all memory. In UTF-16 units. */
const LONGEST = 1024 * 1024;

/** Reads the lines of a file that grows, from where the last call ended. */
export class Tail {
  readonly #path: string;
  #offset = 0;
  #partial = '';
  #decoder = new StringDecoder('utf8');

  constructor(path: string) {
    this.#path = path;
  }

  /** Hands out the complete lines that are new; a file that does not exist yet, or is no regular one, has none. */
  async read(line: (text: string) => void): Promise<void> {
    const file = await openIfThere(this.#path);
    if (file === null) return;
    try {
      const buffer = Buffer.allocUnsafe(CHUNK);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        this.#take(this.#decoder.write(buffer.subarray(0, bytesRead)), line);
      }
    } finally {
      await file.close();
    }
  }

  /** Hands out what stands after the last newline, of a file that does not grow any more. */
  end(line: (text: string) => void): void {
    if (this.#partial !== '') line(this.#partial);
    this.#partial = '';
  }

  #take(text: string, line: (text: string) => void): void {
    const parts = (this.#partial + text).split('\n');
    this.#partial = parts.pop() ?? '';
    for (const part of parts) line(part);
    if (this.#partial.length > LONGEST) this.end(line);
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await openRegular(path);
  } catch (error) {
    if (['ENOENT', NOT_REGULAR].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
