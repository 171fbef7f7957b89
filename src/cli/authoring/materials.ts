import { basename, join, resolve } from 'node:path';
import { writePrivate } from '../../adapters/private-files.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
import { readText } from '../../source/text.ts';

/** More than this in one file is no notes any more. In characters. */
const LIMIT = 200_000;
const FILES = 20;

/**
 * Copies what a session is to start from into its folder: it need not look outside of the repository, and what it read
 * stays on record. Returns the copies. Throws `StorageError`.
 */
export async function copyMaterials(
  from: readonly string[],
  cwd: string,
  folder: string,
): Promise<Outcome<readonly string[]>> {
  const where = '--from';
  if (from.length > FILES) {
    const what = `${from.length} files are more than a session can start from`;
    return fail({ code: 'too-much-material', what, where, fix: `give at most ${FILES} files` });
  }
  const copies: { readonly path: string; readonly text: string }[] = [];
  for (const [index, name] of from.entries()) {
    const read = await readText(resolve(cwd, name), name);
    if (!read.ok) {
      const { code, message, fix } = read.error;
      return fail({ code, what: `${name}: ${message}`, where, ...(fix !== undefined && { fix }) });
    }
    const { text } = read.value;
    if (text.length > LIMIT) {
      const what = `${name} has ${text.length} characters, the limit is ${LIMIT}`;
      return fail({ code: 'too-much-material', what, where, fix: 'give the part that matters' });
    }
    copies.push({ path: join(folder, 'material', `${index + 1}-${safeName(name)}`), text });
  }
  for (const { path, text } of copies) await writePrivate(path, text);
  return ok(copies.map(({ path }) => path));
}

/** The name goes into a prompt: nothing in it may read like one. */
const safeName = (name: string): string =>
  basename(name)
    .replace(/[^\w.-]+/g, '-')
    .slice(-60);
