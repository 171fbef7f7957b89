import { readPlan } from '../adapters/plans.ts';
import { planRemarks, planStanding, type PlanStanding } from '../domain/agreed-plan.ts';
import { type PlannedText, planHash } from '../engine/agreed-plan.ts';
import type { RunContext } from '../engine/run-context.ts';
import { planCopy } from '../engine/run-layout.ts';

/** How the stored plans of these epics stand, by epic id. */
export async function planStandings(
  teams: string,
  epics: readonly (PlannedText & { readonly id: string; readonly planned: boolean })[],
): Promise<ReadonlyMap<string, PlanStanding>> {
  const standings = new Map<string, PlanStanding>();
  for (const epic of epics) {
    const file = epic.planned ? await readPlan(teams, epic.id) : null;
    standings.set(epic.id, planStanding(epic, planHash(epic), file));
  }
  return standings;
}

/** Gives a run its own copy of every agreed plan, and says which there are and which do not count. */
export async function takePlans(ctx: RunContext, teams: string): Promise<void> {
  const { files } = ctx.ports;
  const open = new Set(ctx.state.epics.filter(({ phase }) => phase !== 'merged').map(({ plan }) => plan.id));
  const epics = ctx.setting.prd.epics.filter((epic) => open.has(epic.id));
  const standings = await planStandings(teams, epics);
  for (const [epicId, standing] of standings) {
    const copy = planCopy(epicId);
    if (standing === 'agreed') {
      await files.makeFolder(`epics/${epicId}`);
      await files.write(copy, (await readPlan(teams, epicId)) ?? '');
    } else if ((await files.read(copy)) !== null) {
      // Taken when the run began, and taken back since.
      await files.write(copy, '');
    }
  }
  for (const remark of planRemarks(standings)) await ctx.publish({ type: 'notice', ...remark });
}
