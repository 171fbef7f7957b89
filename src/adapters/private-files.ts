import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeAtomically } from './atomic-write.ts';
import { storing } from './storage-error.ts';

/** Nobody else on the machine reads prompts, sessions or copied secrets. Throws `StorageError`. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await storing(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
}

/** Makes the folder too. Throws `StorageError`. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await makePrivateFolder(dirname(path));
  await writeAtomically(path, text);
}
