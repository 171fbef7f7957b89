import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder for the tests of one file. `put` writes a file into it and returns its path. */
export function testFolder(): {
  readonly path: () => string;
  put(name: string, content: string | Buffer): Promise<string>;
} {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'teams-source-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return {
    path: () => folder,
    async put(name, content) {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
  };
}
