import { basename } from 'node:path';
import { ask } from './ask.ts';
import type { Assignment } from './assignment.ts';
import type { Plan, Script, Step } from './script-schema.ts';
import { writeJsonResult } from './result-file.ts';
import { judge } from './verdict.ts';
import { say } from './say.ts';
import { perform } from './steps.ts';
import type { Worker } from './worker.ts';

/** The steps for this role, epic and attempt; null when the script leaves them out. */
export function chooseSteps(
  script: Script,
  { role, epicId, scriptAttempt }: Assignment,
): readonly Step[] | null {
  const entry = script[role as 'team-lead'];
  const epics = entry?.epics ?? {};
  const plan = Object.hasOwn(epics, epicId) ? epics[epicId] : entry?.default;
  return plan === undefined ? null : stepsOf(plan, scriptAttempt);
}

function stepsOf(plan: Plan, attempt: number): readonly Step[] | null {
  if (Array.isArray(plan)) return plan;
  const last = Math.max(
    ...Object.keys(plan)
      .map(Number)
      .filter((number) => number <= attempt),
    0,
  );
  return plan[String(last)] ?? null;
}

/** What an agent without instructions does: its job, in the simplest way. */
export async function doDefault(worker: Worker): Promise<void> {
  const { assignment } = worker;
  switch (assignment.role) {
    case 'team-lead':
    case 'builder':
      for (const story of assignment.input.todo ?? []) {
        const content = criteria(assignment, story);
        await perform(worker, { story, write: { 'docs/{epic}/{story}.md': content + again(worker, story) } });
      }
      return worker.endStories();
    case 'merger':
      return perform(worker, { resolve: 'union' });
    case 'final-validator':
      return judge(assignment);
    case 'author':
      return draft(assignment);
    case 'planner': {
      const stories = assignment.input.epic?.userStories ?? [];
      const plan = stories
        .map(({ id }) => `## ${id}\n\nWrite docs/${assignment.epicId}/${id}.md.\n`)
        .join('\n');
      return writeJsonResult(assignment.resultPath, { epicId: assignment.epicId, plan });
    }
    default:
      say('message', `nothing scripted for a ${assignment.role}`);
  }
}

/** The smallest PRD that runs. */
async function draft({ root, resultPath }: Assignment): Promise<void> {
  const fallback = 'A first version';
  const title = (await ask('What do you want to build?', fallback)) || fallback;
  const criterion = 'docs/EPIC-001/US-001.md exists and says what was built';
  writeJsonResult(resultPath, {
    project: basename(root),
    epics: [
      {
        id: 'EPIC-001',
        title,
        userStories: [{ id: 'US-001', title, acceptanceCriteria: [criterion] }],
      },
    ],
  });
}

/** An epic that was reset is done on top of what is there, and a story counts only with a change. */
function again({ git, assignment }: Worker, story: string): string {
  const { base } = assignment.input;
  if (base === undefined || !git('cat-file', '-e', `${base}:docs/${assignment.epicId}/${story}.md`).ok)
    return '';
  return `\nDone again on top of ${base.slice(0, 12)}.\n`;
}

function criteria({ input }: Assignment, id: string): string {
  const story = input.epic?.userStories?.find((candidate) => candidate.id === id);
  const lines = (story?.acceptanceCriteria ?? []).map((criterion) => `- ${criterion}\n`);
  return `# ${story?.title ?? id}\n\n${lines.join('')}`;
}
