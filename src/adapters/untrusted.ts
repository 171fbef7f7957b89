import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { NOT_REGULAR, openRegular } from './regular-file.ts';

/**
 * Reads a file that an agent wrote: at most `limit` bytes of a regular file, never through a link, never waiting for
 * a pipe. null when there is none; `refused` says for people why it was not read.
 */
export async function readUntrusted(
  path: string,
  limit: number,
): Promise<{ readonly text: string } | { readonly refused: string } | null> {
  let file: FileHandle;
  try {
    file = await openRegular(path, constants.O_NOFOLLOW);
  } catch (error) {
    return refusalOf((error as NodeJS.ErrnoException).code ?? String(error));
  }
  try {
    const stats = await file.stat();
    if (stats.size > limit) return { refused: `it is ${stats.size} bytes long, the limit is ${limit}` };
    // It may grow while it is read: one byte more than the limit tells.
    const buffer = Buffer.alloc(Math.min(limit, stats.size + 4096) + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > limit) return { refused: `it is longer than the limit of ${limit} bytes` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length)) };
  } catch (error) {
    if (error instanceof TypeError) return { refused: 'it is not UTF-8 text' };
    return refusalOf((error as NodeJS.ErrnoException).code ?? String(error));
  } finally {
    await file.close();
  }
}

function refusalOf(code: string): { readonly refused: string } | null {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return null;
    case 'ELOOP':
      return { refused: 'it is a symbolic link' };
    case 'ENXIO':
    case NOT_REGULAR:
      return { refused: 'it is not a regular file' };
    default:
      return { refused: `it cannot be read (${code})` };
  }
}
