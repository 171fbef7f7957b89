import { open, rm } from 'node:fs/promises';

/**
 * Writes a text beside the file that it is for, on disk as a whole, and hands it to `place`, which may rename it; whatever
 * `place` leaves is removed. `mode`: exactly that of the file whose place it takes; null: that of a new file.
 */
export async function withTemporaryFile<T>(
  temporary: string,
  text: string,
  mode: number | null,
  place: () => Promise<T>,
): Promise<T> {
  // What a crash left: nobody else writes by this name.
  await rm(temporary, { force: true });
  try {
    const file = await open(temporary, 'wx', mode ?? 0o666);
    try {
      // Without what the umask takes away.
      if (mode !== null) await file.chmod(mode & 0o7777);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    return await place();
  } finally {
    await rm(temporary, { force: true });
  }
}
