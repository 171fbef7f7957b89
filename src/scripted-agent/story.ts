import { pause } from './pause.ts';
import { commitAll, expect, resolveCommit } from './git.ts';
import { say } from './say.ts';
import type { StepOf } from './script-schema.ts';
import type { Worker } from './worker.ts';

/** Searched for the commit of an interrupted attempt when nobody said where the branch began. */
const HISTORY = 200;

/** The normal unit of a lead, for one story or for each that is still to do. Those that passed before are left alone. */
export async function doStories(worker: Worker, step: StepOf<'story'>): Promise<void> {
  const todo = worker.assignment.input.todo;
  for (const story of worker.stories(step.story)) {
    if (todo !== undefined && !todo.includes(story)) {
      say('message', `${story} is done already`);
      continue;
    }
    say('agent', `builder: ${story}`);
    if (step.sleep !== undefined) await pause(step.sleep);
    if (step.delete !== undefined) worker.delete(step.delete, story);
    if (step.write !== undefined) worker.write(step.write, story);
    if (step.append !== undefined) worker.append(step.append, story);
    if (step.run !== undefined) worker.run(step.run, { story });
    finish(worker, story, step.title);
  }
  worker.endStories();
}

/** Commits and passes. After an interruption the same change may be on the branch already: then its commit counts. */
function finish(worker: Worker, story: string, title: string | undefined): void {
  const { epicId } = worker.assignment;
  const subject = `${epicId} ${story}: ${title ?? titleOf(worker, story)}`.replace(/[\s\0]+/g, ' ').trim();
  const commit = commitAll(worker.git, subject)
    ? resolveCommit(worker.git, 'HEAD')
    : earlier(worker, subject);
  if (commit === null) {
    worker.report(story, { passes: false, failureReason: 'the script changes nothing for this story' });
  } else {
    worker.report(story, { passes: true, failureReason: null, commit });
  }
}

function titleOf(worker: Worker, story: string): string {
  const stories = worker.assignment.input.epic?.userStories ?? [];
  return stories.find(({ id }) => id === story)?.title ?? 'done';
}

function earlier(worker: Worker, subject: string): string | null {
  const { base } = worker.assignment.input;
  const range = base === undefined ? [`--max-count=${HISTORY}`, 'HEAD'] : [`${base}..HEAD`];
  const { stdout } = expect(worker.git('log', '--format=%H %s', ...range), 'git log');
  const line = stdout.split('\n').find((text) => text.slice(text.indexOf(' ') + 1) === subject);
  return line === undefined ? null : line.slice(0, line.indexOf(' '));
}
