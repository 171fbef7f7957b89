import { readFile, stat } from 'node:fs/promises';
import type { Diagnostic, Span } from '../domain/diagnostics.ts';
import { fail, ok, type Outcome } from '../domain/problem.ts';

/** Larger files are refused. In bytes. */
export const TEXT_LIMIT = 20_000_000;

const BOM = '\ufeff';

/** Offsets into the text, in UTF-16 units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A file that a person edits. `text` is without the byte order mark; line endings are as they are in the file. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly bom: boolean;
  #lineStarts: number[] | null = null;

  /** `file` is the name that people see. */
  constructor(file: string, text: string) {
    this.file = file;
    this.bom = text.startsWith(BOM);
    this.text = this.bom ? text.slice(1) : text;
  }

  /** The first line of a range. */
  span(range: Range): Span {
    const lineStarts = (this.#lineStarts ??= findLineStarts(this.text));
    const start = Math.min(range.start, this.text.length);
    const line = lastAtOrBefore(lineStarts, start);
    const lineStart = lineStarts[line] ?? 0;
    const next = lineStarts[line + 1];
    const text = this.text.slice(lineStart, next === undefined ? undefined : next - 1).replace(/\r$/, '');
    const length = Math.max(0, Math.min(range.end, lineStart + text.length) - start);
    return { line: line + 1, column: start - lineStart + 1, length, text };
  }
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lastAtOrBefore(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Reads a UTF-8 text file. Whatever cannot be text is a diagnostic, never a throw. */
export async function readText(path: string, file = path): Promise<Outcome<SourceText, Diagnostic>> {
  const refuse = (code: string, message: string, fix: string): Outcome<never, Diagnostic> =>
    fail({ severity: 'error', code, message, file, fix });
  let bytes: Buffer;
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return refuse('not-a-file', 'this is not a regular file', 'give the path of a file');
    if (stats.size > TEXT_LIMIT) {
      const megabytes = Math.ceil(stats.size / 1_000_000);
      return refuse('file-too-large', `${megabytes} MB is more than the limit of 20 MB`, 'split the file');
    }
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return refuse('file-not-found', 'there is no such file', 'give the path of an existing file');
    }
    return refuse(
      'file-unreadable',
      `the file cannot be read (${code ?? String(error)})`,
      'check its permissions',
    );
  }
  return decodeText(bytes, file);
}

/** What was read from elsewhere, such as the standard input, as a file of that name. */
export function decodeText(bytes: Buffer, file: string): Outcome<SourceText, Diagnostic> {
  const refuse = (code: string, message: string, fix: string, at: Span): Outcome<never, Diagnostic> =>
    fail({ severity: 'error', code, message, file, fix, at });
  const source = new SourceText(file, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const nul = source.text.indexOf('\0');
  if (nul !== -1) {
    const at = source.span({ start: nul, end: nul + 1 });
    return refuse(
      'nul-byte',
      'the file has a NUL byte, so it is not UTF-8 text',
      'save the file as UTF-8',
      at,
    );
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Only the lossy text tells where: the decoder throws without a position.
    const start = source.text.indexOf('\ufffd');
    const at = source.span({ start, end: start + 1 });
    return refuse('invalid-utf8', 'the file is not valid UTF-8', 'save the file as UTF-8', at);
  }
  return ok(source);
}
