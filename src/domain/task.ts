import { clip, printable } from './printable.ts';
import { fail, ok, type Outcome } from './problem.ts';
import type { RunState } from './state.ts';

/** From the root of the repository: each task has a PRD of its own here. */
export const TASKS_FOLDER = '.teams/tasks';

/** A run over the PRD of a task, not over one that a person wrote. */
export const isTask = ({ started }: Pick<RunState, 'started'>): boolean => isTaskPrd(started.prd);

/** For people. */
export const nameOf = (state: RunState): string =>
  printable(`${isTask(state) ? 'task' : 'run'} ${state.started.runId} (${state.started.project})`);

const isTaskPrd = (prdPath: string): boolean => prdPath.startsWith(`${TASKS_FOLDER}/`);

/**
 * The runs that one over this PRD follows on: what it may take the place of, and go on from. A task stands on its own; it
 * follows only on itself.
 */
export const runsBefore = (runs: readonly RunState[], prdPath: string): readonly RunState[] =>
  runs.filter((run) => (isTask(run) || isTaskPrd(prdPath) ? run.started.prd === prdPath : true));

/** In UTF-16 units. What needs more is worth a PRD. */
const TEXT_LIMIT = 20_000;
const TITLE_LIMIT = 100;
const CRITERION_LIMIT = 500;

/** The PRD of a task: one epic with one story. `id` is safe as the id of an epic. */
export function taskPrd(
  asked: string,
  { id, verify }: { readonly id: string; readonly verify: readonly string[] },
): Outcome<object> {
  const text = printable(asked, { multiline: true }).trim();
  const problem = (what: string, fix: string): Outcome<object> => fail({ code: 'task-text', what, fix });
  if (text === '')
    return problem('a task needs a text', 'teams task "Say in a sentence what has to be done"');
  if (text.length > TEXT_LIMIT) {
    return problem(
      `the text of the task has ${text.length} characters, the limit is ${TEXT_LIMIT}`,
      'say it shorter, put the rest into a file of the repository, or write a PRD: teams init --from FILE',
    );
  }
  const title = clip(printable(text.split('\n')[0] ?? ''), TITLE_LIMIT);
  const isWhole = !text.includes('\n') && text.length <= CRITERION_LIMIT;
  return ok({
    project: title,
    epics: [
      {
        id,
        title,
        userStories: [
          {
            id: 'US-001',
            title,
            ...(text !== title && { description: text }),
            acceptanceCriteria: [isWhole ? text : 'All that the description asks for is done'],
          },
        ],
        ...(verify.length > 0 && { verify }),
      },
    ],
  });
}
