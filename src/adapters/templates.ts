import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type Prd, prdSchema } from '../domain/prd.ts';
import { packageRoot } from './own-package.ts';

/** A PRD to begin with, and what each of its stories leads to when nobody thinks: templates/ of the package. */
export interface Template {
  readonly name: string;
  /** As the file has it: without what has a default. */
  readonly file: Readonly<Record<string, unknown>>;
  readonly prd: Prd;
  /** Content by path from the root of the product. */
  readonly filesOf: (storyId: string) => Readonly<Record<string, string>>;
}

/** Every template checks itself with this. */
export const TEMPLATE_VERIFY = 'node --test';

const folder = (): string => join(packageRoot(), 'templates');

export const templateNames = (): readonly string[] => readdirSync(folder()).toSorted();

/** Only for a name of `templateNames`: a file that is missing then is a bug of ours. */
export function readTemplate(name: string): Template {
  const file = JSON.parse(readFileSync(join(folder(), name, 'prd.json'), 'utf8')) as Record<string, unknown>;
  return {
    name,
    file,
    prd: prdSchema.parse(file),
    filesOf: (storyId) => filesBelow(join(folder(), name, 'stories', storyId)),
  };
}

function filesBelow(root: string): Readonly<Record<string, string>> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths
      .toSorted()
      .map((path) => [relative(root, path).replaceAll(sep, '/'), readFileSync(path, 'utf8')] as const),
  );
}
