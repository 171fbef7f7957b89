import { dirname, relative, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Diagnostic } from '../../domain/diagnostics.ts';
import { fail, type Outcome } from '../../domain/problem.ts';
import { anchor } from '../../source/import/words.ts';
import { decodeText, readText, type SourceText, TEXT_LIMIT } from '../../source/text.ts';

/** `-` is the standard input. */
export async function readSource(
  file: string,
  { cwd, stdin }: { readonly cwd: string; readonly stdin: Readable },
): Promise<Outcome<SourceText, Diagnostic>> {
  if (file !== '-') return readText(resolve(cwd, file), file);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > TEXT_LIMIT) {
      const message = 'there is more than the limit of 20 MB';
      return fail({
        severity: 'error',
        code: 'file-too-large',
        message,
        file: 'stdin',
        fix: 'import it in pieces',
      });
    }
    chunks.push(chunk);
  }
  const all = Buffer.concat(chunks);
  return all.length > 0 ? decodeText(all, 'stdin') : fail(NOTHING);
}

const NOTHING: Diagnostic = {
  severity: 'error',
  code: 'nothing-to-read',
  message: 'nothing came on the standard input',
  file: 'stdin',
  fix: 'see what the command before the | says; a gh that does not know parent or blockedBy does without them',
};

/** What `source` of epics and stories calls the file: its path from the PRD, the same from wherever it is imported. */
export const originOf = (file: string, cwd: string, out: string, format: string): string =>
  file === '-' ? format : anchor(relative(dirname(out), resolve(cwd, file)).replaceAll('\\', '/'));
