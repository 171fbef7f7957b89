import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storing } from '../storage-error.ts';

/** How a session is started, for a person to read. Throws `StorageError`. */
export async function writeRecord(folder: string, text: string): Promise<void> {
  const path = join(folder, 'argv.json');
  await storing(path, () => writeFile(path, text, { mode: 0o600 }));
}
