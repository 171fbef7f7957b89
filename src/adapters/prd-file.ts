import { readFile, realpath, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Outcome } from '../domain/problem.ts';
import type { PrdProjection } from '../engine/ports.ts';
import { readText } from '../source/text.ts';
import { applyPlanned, applyProgress, damageOf } from '../source/write-prd.ts';
import { withTemporaryFile } from './temporary-file.ts';

/**
 * Writes progress into the PRD at `path`, as it is on disk at that moment. A reader sees the old or the new file.
 * `scratch` is a folder for the half-written one, outside of what git shows to the person.
 */
export function prdProjection(path: string, scratch: string): PrdProjection {
  let last: Promise<unknown> = Promise.resolve();
  let known: string | null = null;
  let whole: string | null = null;
  let damage: string | null = null;
  return {
    write(epics) {
      // One after another: each write starts from what the one before it left.
      const next = last.then(async () => {
        const written = await edit(path, scratch, { apply: (text) => applyProgress(text, epics), why: WHY });
        if (!written.ok) return written;
        const edited = known !== null && known !== written.value.before;
        known = written.value.after;
        if (edited || damage !== null) damage = await damageOf(whole ?? known, known);
        if (damage === null) whole = known;
        return ok({ edited, damage });
      });
      // Who asked hears of a failure; the next write does not depend on it.
      last = next.catch(() => undefined);
      return next;
    },
    undamaged(epics) {
      if (whole === null) return null;
      const text = applyProgress(whole, epics);
      return text.ok ? text.value : whole;
    },
  };
}

/** Calls epics planned. The caller holds the lock. */
export async function markPlanned(
  path: string,
  scratch: string,
  epicIds: readonly string[],
): Promise<Outcome<void>> {
  const why = 'that an epic is planned is written into it';
  const written = await edit(path, scratch, { apply: (text) => applyPlanned(text, epicIds), why });
  return written.ok ? ok(undefined) : written;
}

/** How often a file that somebody saves at that very moment is read again before it is overwritten all the same. */
const ROUNDS = 5;

interface Change {
  readonly apply: (text: string) => Outcome<string>;
  /** For a problem: what the write is for. */
  readonly why: string;
}

async function edit(
  path: string,
  scratch: string,
  { apply, why }: Change,
  round = 1,
): Promise<Outcome<{ readonly before: string; readonly after: string }>> {
  const read = await readText(path);
  if (!read.ok) {
    const { code, message, fix } = read.error;
    return fail({ code, what: `${path}: ${message}`, why, ...(fix === undefined ? {} : { fix }) });
  }
  const before = (read.value.bom ? '\ufeff' : '') + read.value.text;
  const after = apply(before);
  if (!after.ok) return fail({ ...after.error, where: `${path}, ${after.error.where ?? ''}` });
  try {
    const isSame = async (): Promise<boolean> =>
      round === ROUNDS || (await readFile(path, 'utf8')) === before;
    if (after.value !== before && !(await replace(path, after.value, scratch, isSame))) {
      return await edit(path, scratch, { apply, why }, round + 1);
    }
    return ok({ before, after: after.value });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return fail({
      code: 'prd-not-written',
      what: `${path} cannot be written: ${code ?? message}`,
      why,
      fix: 'make the file and its folder writable, and free space on the disk',
    });
  }
}

const WHY =
  'the status of epics and stories is written back into it; the journal of the run has it all the same';

/** False: `isSame` said at the last moment that the file is not what the text was made from, and nothing was done. */
async function replace(
  path: string,
  text: string,
  scratch: string,
  isSame: () => Promise<boolean>,
): Promise<boolean> {
  // Renaming over a symbolic link would replace the link, not the file that it names.
  const target = await realpath(path);
  const { mode } = await stat(target);
  try {
    return await replaceFrom(scratch, target, text, mode, isSame);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    return await replaceFrom(dirname(target), target, text, mode, isSame);
  }
}

/** A reader sees the old or the new file, and a crash leaves its litter in `folder`. */
function replaceFrom(
  folder: string,
  target: string,
  text: string,
  mode: number,
  isSame: () => Promise<boolean>,
): Promise<boolean> {
  // Always the same name: the lock of the repository lets one process write.
  const temporary = join(folder, '.prd.json.tmp');
  return withTemporaryFile(temporary, text, mode, async () => {
    const mayReplace = await isSame();
    if (mayReplace) await rename(temporary, target);
    return mayReplace;
  });
}
