import { link, open, rm } from 'node:fs/promises';
import { fail, ok, type Outcome } from '../domain/problem.ts';

/** Puts a PRD where there is none: a reader sees the whole of it or nothing, and a file that came first is kept. */
export async function createPrd(path: string, text: string): Promise<Outcome<void>> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename it never takes the place of another file.
    await link(temporary, path);
    return ok(undefined);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return fail({
      code: 'prd-not-written',
      what: `${path} cannot be written: ${code ?? message}`,
      fix: 'make the folder writable, and free space on the disk',
    });
  } finally {
    await rm(temporary, { force: true });
  }
}
