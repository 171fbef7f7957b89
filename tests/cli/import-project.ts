import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../adapters/temp-folder.ts';

/** A folder that is the root of a repository, by name the same every time: a PRD without a name is called after it. */
export function project(): string {
  const root = join(tempFolder(), 'project');
  mkdirSync(join(root, '.git'), { recursive: true });
  writeFileSync(join(root, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  return root;
}
