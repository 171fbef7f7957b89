import { criticalPath, waves } from '../domain/graph.ts';
import type { Epic, Prd } from '../domain/prd.ts';
import { printable } from '../domain/printable.ts';
import type { Paint } from './paint.ts';
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

/** `teams summary`; ends with a newline. */
export function planText(prd: Prd, paint: Paint): string {
  const plan = planOf(prd.epics);
  const width = Math.max(0, ...prd.epics.map((epic) => epic.id.length));
  const stories = prd.epics.reduce((sum, epic) => sum + epic.userStories.length, 0);
  const completed = prd.epics.filter((epic) => epic.status === 'completed').length;
  const lines = [
    paint.bold(printable(prd.project)) +
      `: ${plural(prd.epics.length, 'epic')}, ${plural(stories, 'story', 'stories')}, ${completed} completed`,
  ];
  for (const [index, wave] of plan.waves.entries()) {
    lines.push('', paint.bold(`wave ${index + 1}`));
    for (const epic of wave) lines.push(epicLine(epic, plan.critical.includes(epic.id), width, paint));
  }
  if (prd.epics.length === 0) return `${lines.join('\n')}\n`;
  const weight = prd.epics
    .filter((epic) => plan.critical.includes(epic.id))
    .reduce((sum, epic) => sum + epic.userStories.length, 0);
  const path = printable(plan.critical.join(' → '));
  lines.push('', `${paint.bold('critical path *')}  ${path} (${plural(weight, 'story', 'stories')})`);
  return `${lines.join('\n')}\n`;
}

function epicLine(epic: Epic, critical: boolean, width: number, paint: Paint): string {
  const stories = `${storiesDone(epic)}/${epic.userStories.length}`.padStart(5);
  const needs = epic.dependsOn.length === 0 ? '' : paint.dim(`  ← ${printable(epic.dependsOn.join(', '))}`);
  const status = statusPaint(epic.status, paint)(epic.status.padEnd('merge-failed'.length));
  const mark = critical ? '*' : ' ';
  return `${mark} ${printable(epic.id).padEnd(width)}  ${status} ${stories}  ${printable(epic.title)}${needs}`;
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
