import { join } from 'node:path';
import { printable } from '../domain/printable.ts';
import { sessionLine } from '../report/session-line.ts';
import { Tail } from './tail.ts';

/** What the session of one attempt has written, as it grows. */
export class AttemptLogs {
  readonly folder: string;
  readonly #session: Tail;
  readonly #errors: Tail;

  constructor(runFolder: string, epicId: string, attempt: number) {
    this.folder = join(runFolder, 'epics', epicId, `attempt-${attempt}`);
    this.#session = new Tail(join(this.folder, 'session.ndjson'));
    this.#errors = new Tail(join(this.folder, 'stderr.log'));
  }

  async read(show: (line: string) => void): Promise<void> {
    await this.#session.read((line) => show(sessionLine(line)));
    await this.#errors.read((line) => show(sessionLine(line)));
  }

  /** For an attempt that has ended: also what stands after the last newline. */
  async readAll(show: (line: string) => void): Promise<void> {
    await this.#session.read((line) => show(sessionLine(line)));
    this.#session.end((line) => show(sessionLine(line)));
    await this.#errors.read((line) => show(sessionLine(line)));
    this.#errors.end((line) => show(sessionLine(line)));
  }
}

const CHECK_LINES = 20;

/** The end of what a check printed. */
export async function endOfCheck(path: string): Promise<readonly string[]> {
  let lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(`    ${printable(line)}`);
    if (lines.length > 2 * CHECK_LINES) lines = lines.slice(-CHECK_LINES);
  };
  const tail = new Tail(path);
  await tail.read(keep);
  tail.end(keep);
  return lines.slice(-CHECK_LINES);
}
