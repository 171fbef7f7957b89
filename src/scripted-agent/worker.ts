import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import type { Assignment } from './assignment.ts';
import { gitIn, type RunGit } from './git.ts';
import { type LeadResult, type StoryEntry, writeJsonResult } from './result-file.ts';
import { say } from './say.ts';

/** The hands of the agent: everything a step does to the worktree and to the result. */
export class Worker {
  readonly assignment: Assignment;
  readonly git: RunGit;
  readonly result: LeadResult;
  /** What the person said, by the name that the script gives it. */
  readonly answers = new Map<string, string>();

  constructor(assignment: Assignment) {
    this.assignment = assignment;
    this.git = gitIn(assignment.worktree);
    this.result = { epicId: assignment.epicId, stories: {} };
  }

  /** Replaces {epic} {story} {attempt} {worktree} {root} and answers; other braces stay, so that code can be written. */
  fill(text: string, story = ''): string {
    const { epicId, attempt, worktree, root } = this.assignment;
    const values: Readonly<Record<string, string>> = {
      epic: epicId,
      story,
      attempt: String(attempt),
      worktree,
      root,
      ...Object.fromEntries(this.answers),
    };
    return text.replace(/\{([a-z][A-Za-z0-9]*)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? '') : whole,
    );
  }

  write(files: Readonly<Record<string, string>>, story?: string): void {
    for (const [name, content] of Object.entries(files)) {
      const path = this.#place(name, story);
      writeFileSync(path, this.fill(content, story));
      say('file', `write ${this.fill(name, story)}`);
    }
  }

  /** Text that is there already is not added again: after an interruption the step is done a second time. */
  append(files: Readonly<Record<string, string>>, story?: string): void {
    for (const [name, content] of Object.entries(files)) {
      const path = this.#place(name, story);
      const added = this.fill(content, story);
      if (existsSync(path) && readFileSync(path, 'utf8').includes(added)) continue;
      appendFileSync(path, added);
      say('file', `append to ${this.fill(name, story)}`);
    }
  }

  delete(names: readonly string[], story?: string): void {
    for (const name of names) rmSync(this.#path(name, story), { recursive: true, force: true });
  }

  /** Runs a program with its output on stderr; a failure ends the agent unless it `mayFail`. */
  run(
    argv: readonly string[],
    options: { readonly mayFail?: boolean | undefined; readonly story?: string } = {},
  ): void {
    const [file = '', ...args] = argv.map((argument) => this.fill(argument, options.story));
    say('tool', [file, ...args].join(' '));
    // stdout is for the protocol.
    const end = spawnSync(file, args, { cwd: this.assignment.worktree, stdio: ['ignore', 2, 2] });
    if (end.error !== undefined) throw end.error;
    if (end.status !== 0 && options.mayFail !== true) {
      throw new Error(`${file} ended with ${end.status === null ? end.signal : `exit code ${end.status}`}`);
    }
  }

  /** Ids that a step is about: one story, or for "each" all that are still to do. */
  stories(selector: string): readonly string[] {
    const todo = this.assignment.input.todo ?? [];
    return selector === 'each' ? todo : [this.fill(selector)];
  }

  report(story: string, entry: StoryEntry): void {
    this.result.stories[story] = entry;
    writeJsonResult(this.assignment.resultPath, this.result);
    say('message', `${story} ${entry.passes ? 'passes' : `fails: ${entry.failureReason}`}`);
  }

  /** After all stories: that nothing was to do for any is a result too, or it would look like a session that broke off. */
  endStories(): void {
    if (Object.keys(this.result.stories).length === 0)
      writeJsonResult(this.assignment.resultPath, this.result);
  }

  #path(name: string, story: string | undefined): string {
    return resolve(this.assignment.worktree, this.fill(name, story));
  }

  #place(name: string, story: string | undefined): string {
    const path = this.#path(name, story);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }
}
