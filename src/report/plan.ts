import { criticalPath, waves } from '../domain/graph.ts';
import type { Epic, Prd } from '../domain/prd.ts';
import { printable } from '../domain/printable.ts';
import type { Paint } from './paint.ts';
import { beside, displayWidth, fit, fitBefore, idColumns, row } from './width.ts';
import { plural } from './words.ts';

interface Plan {
  readonly waves: readonly (readonly Epic[])[];
  readonly critical: readonly string[];
}

/** A valid PRD as a plan: waves are dependency levels, the critical path is the longest chain by stories. */
function planOf(epics: readonly Epic[]): Plan {
  const nodes = epics.map((epic) => ({
    id: epic.id,
    dependsOn: epic.dependsOn,
    weight: epic.userStories.length,
  }));
  const byId = new Map(epics.map((epic) => [epic.id, epic]));
  return {
    waves: waves(nodes).map((wave) => wave.flatMap((id) => byId.get(id) ?? [])),
    critical: criticalPath(nodes),
  };
}

/** `teams summary`; ends with a newline. `columns` of the terminal: Infinity where lines may be as long as they are. */
export function planText(prd: Prd, paint: Paint, columns: number): string {
  const plan = planOf(prd.epics);
  const ids = idColumns(Math.max(0, ...prd.epics.map((epic) => epic.id.length)), columns);
  const stories = prd.epics.reduce((sum, epic) => sum + epic.userStories.length, 0);
  const completed = prd.epics.filter((epic) => epic.status === 'completed').length;
  const size = `: ${plural(prd.epics.length, 'epic')}, ${plural(stories, 'story', 'stories')}, ${completed} completed`;
  const lines = [paint.bold(fitBefore(size, printable(prd.project), columns)) + size];
  for (const [index, wave] of plan.waves.entries()) {
    lines.push('', paint.bold(`wave ${index + 1}`));
    for (const epic of wave) {
      lines.push(epicLine(epic, { critical: plan.critical.includes(epic.id), ids, columns, paint }));
    }
  }
  if (prd.epics.length === 0) return `${lines.join('\n')}\n`;
  const weight = prd.epics
    .filter((epic) => plan.critical.includes(epic.id))
    .reduce((sum, epic) => sum + epic.userStories.length, 0);
  const path = printable(plan.critical.join(' → '));
  const told = `${path} (${plural(weight, 'story', 'stories')})`;
  lines.push('', beside('critical path *  ', `${paint.bold('critical path *')}  `, told, columns));
  return `${lines.join('\n')}\n`;
}

function epicLine(
  epic: Epic,
  line: { readonly critical: boolean; readonly ids: number; readonly columns: number; readonly paint: Paint },
): string {
  const { critical, ids, columns, paint } = line;
  const mark = `${critical ? '*' : ' '} ${fit(printable(epic.id), ids, true)}  `;
  const status = epic.status.padEnd('merge-failed'.length);
  const stories = ` ${`${storiesDone(epic)}/${epic.userStories.length}`.padStart(5)}  `;
  const needs = epic.dependsOn.length === 0 ? '' : `  ← ${printable(epic.dependsOn.join(', '))}`;
  const room = columns - displayWidth(mark + status + stories);
  const title = fitBefore(needs, printable(epic.title), room);
  return row(columns, mark, [status, statusPaint(epic.status, paint)], stories + title, [needs, paint.dim]);
}

function statusPaint(status: Epic['status'], paint: Paint): Paint {
  switch (status) {
    case 'completed':
      return paint.green;
    case 'failed':
    case 'partial':
    case 'merge-failed':
      return paint.red;
    case 'pending':
      return paint.dim;
  }
}

const storiesDone = (epic: Epic): number => epic.userStories.filter((story) => story.passes).length;

/** What a plan means for the schedule, by ids; `epics` have no cycle. */
export function wavesOf(epics: readonly Epic[]): {
  readonly waves: readonly (readonly string[])[];
  readonly criticalPath: readonly string[];
} {
  const plan = planOf(epics);
  return { waves: plan.waves.map((wave) => wave.map((epic) => epic.id)), criticalPath: plan.critical };
}

/** `teams summary --json`. */
export function planJson(prd: Prd): object {
  const plan = planOf(prd.epics);
  return {
    v: 1,
    project: prd.project,
    epics: plan.waves.flatMap((wave, index) =>
      wave.map((epic) => ({
        id: epic.id,
        title: epic.title,
        status: epic.status,
        dependsOn: epic.dependsOn,
        stories: { done: storiesDone(epic), total: epic.userStories.length },
        wave: index + 1,
      })),
    ),
    ...wavesOf(prd.epics),
  };
}
