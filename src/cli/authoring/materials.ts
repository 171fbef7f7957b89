import { basename, join, resolve } from 'node:path';
import { writePrivate } from '../../adapters/private-files.ts';
import type { Secrets } from '../../adapters/secrets.ts';
import { fail, ok, type Outcome } from '../../domain/problem.ts';
import { readText } from '../../source/text.ts';

/** More than this in one file is no notes any more. In characters. */
const LIMIT = 200_000;
const FILES = 20;

interface Material {
  readonly name: string;
  readonly text: string;
}

/** Reads what a session is to start from. */
export async function readMaterials(
  from: readonly string[],
  cwd: string,
): Promise<Outcome<readonly Material[]>> {
  const where = '--from';
  if (from.length > FILES) {
    const what = `${from.length} files are more than a session can start from`;
    return fail({ code: 'too-much-material', what, where, fix: `give at most ${FILES} files` });
  }
  const materials: Material[] = [];
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
    materials.push({ name: `${index + 1}-${safeName(name)}`, text });
  }
  return ok(materials);
}

/**
 * Copies them into the folder of the session: it need not look outside of the repository, and what it read stays on
 * record, without the secrets of the environment. Returns the copies. Throws `StorageError`.
 */
export async function storeMaterials(
  materials: readonly Material[],
  folder: string,
  secrets: Pick<Secrets, 'text'>,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const { name, text } of materials) {
    const path = join(folder, 'material', name);
    await writePrivate(path, secrets.text(text));
    paths.push(path);
  }
  return paths;
}

/** The name goes into a prompt: nothing in it may read like one. */
const safeName = (name: string): string =>
  basename(name)
    .replace(/[^\w.-]+/g, '-')
    .slice(-60);
