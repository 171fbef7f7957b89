import type { TeamsEvent } from '../../src/domain/events.ts';
import { journalOf, makeProject } from '../project.ts';
import { inFolder, runToEnd, TEAMS } from '../teams-process.ts';
import { lowerBound, type Plan, sum } from './corpus.ts';

/** Sleep of an average session, in milliseconds: long against what git and a process take, short enough to wait for. */
const AVERAGE = 4_000;

/**
 * Drives a plan with the built `teams` and scripted agents that sleep. Returns how many times the lower bound the run
 * took; the bound is made from how long the sessions really were.
 */
export function realRun(plan: Plan): Promise<number> {
  const totals = [...plan.durations].map(([id, stories]) => [id, sum(stories)] as const);
  const scale = (AVERAGE * totals.length) / sum(totals.map(([, total]) => total));
  const script = {
    'team-lead': {
      epics: Object.fromEntries(
        totals.map(([id, total]) => [
          id,
          [
            { sleep: Math.round(total * scale) },
            { story: 'each', write: { 'work/{story}.txt': '{story}\n' } },
          ],
        ]),
      ),
    },
  };
  return inFolder(async (folder) => {
    const backends = { agents: { script: 'agents.json' } };
    const config = { backend: 'agents', parallel: plan.parallel, backends };
    makeProject(folder, { epics: plan.epics, config, files: { 'agents.json': JSON.stringify(script) } });
    await runToEnd([process.execPath, TEAMS, 'run'], folder);
    const events = journalOf(folder);
    const merged = events.findLast(({ type }) => type === 'merge.done');
    const took = Date.parse(merged?.at ?? '') - Date.parse(events[0]?.at ?? '');
    return took / lowerBound(plan, sessionTimes(events));
  });
}

function sessionTimes(events: readonly TeamsEvent[]): ReadonlyMap<string, number> {
  const open = new Map<number, { readonly epicId: string; readonly at: number }>();
  const times = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'process.started')
      open.set(event.pid, { epicId: event.epicId ?? '', at: Date.parse(event.at) });
    const begun = event.type === 'process.ended' ? open.get(event.pid) : undefined;
    if (begun !== undefined) times.set(begun.epicId, Date.parse(event.at) - begun.at);
  }
  return times;
}
