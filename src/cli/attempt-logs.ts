import { join } from 'node:path';
import { readActivityLine } from '../adapters/agents/activity-lines.ts';
import type { Backend } from '../adapters/agents/backend.ts';
import { findBackend } from '../adapters/agents/registry.ts';
import { DEFAULTS } from '../domain/config.ts';
import { printable } from '../domain/printable.ts';
import { attemptFolder } from '../engine/run-layout.ts';
import { sessionLine } from '../report/session-line.ts';
import { Tail } from '../adapters/tail.ts';

export interface LoggedAttempt {
  /** Root of the repository. */
  readonly root: string;
  readonly runFolder: string;
  readonly epicId: string;
  readonly attempt: number;
  readonly backend: string;
}

/** What the session of one attempt has written, as it grows. */
export class AttemptLogs {
  readonly folder: string;
  readonly #session: Tail;
  readonly #errors: Tail;
  readonly #backend: Pick<Backend, 'readLine'>;

  constructor({ root, runFolder, epicId, attempt, backend }: LoggedAttempt) {
    this.folder = join(runFolder, attemptFolder(epicId, attempt));
    this.#session = new Tail(join(this.folder, 'session.ndjson'));
    this.#errors = new Tail(join(this.folder, 'stderr.log'));
    // Those of the configuration all speak the same protocol; how a CLI is configured does not change its own.
    const found = findBackend(backend, DEFAULTS, root);
    this.#backend = found.ok ? found.value : { readLine: readActivityLine };
  }

  async read(show: (line: string) => void): Promise<void> {
    await this.#session.read((line) => this.#show(line, show));
    await this.#errors.read((line) => show(sessionLine(line)));
  }

  /** For an attempt that has ended: also what stands after the last newline. */
  async readAll(show: (line: string) => void): Promise<void> {
    await this.#session.read((line) => this.#show(line, show));
    this.#session.end((line) => this.#show(line, show));
    await this.#errors.read((line) => show(sessionLine(line)));
    this.#errors.end((line) => show(sessionLine(line)));
  }

  /** A line of the protocol may tell nothing that a person wants to know. */
  #show(line: string, show: (line: string) => void): void {
    const facts = this.#backend.readLine(line);
    if (facts === null) return show(sessionLine(line));
    const { activity, failure } = facts;
    if (activity !== undefined) show(sessionLine(activity.text, activity.kind));
    else if (failure) show(sessionLine(failure.text));
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
