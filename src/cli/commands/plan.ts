import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { nextAfterPlanning, selectToPlan } from '../../domain/plan-scope.ts';
import type { Problem } from '../../domain/problem.ts';
import { unknownEpic } from '../../domain/unknown-epic.ts';
import { canAsk } from '../asking.ts';
import { withLock } from '../drive.ts';
import { refuse } from '../output.ts';
import { planEpics, type PlanningOptions } from '../planning/plan-epics.ts';
import { openProject } from '../project.ts';
import { planStandings } from '../take-plans.ts';

export interface PlanOptions extends PlanningOptions {
  /** Ids; none: every open epic without a plan that fits. */
  readonly epics: readonly string[];
  readonly backend?: string;
  readonly parallel?: number;
}

/** Has epics planned before a run, and stores the plans that the person agrees to. */
export async function planCommand(options: PlanOptions): Promise<ExitCode> {
  const { backend, parallel } = options;
  const unasked = nobodyToAsk(options, '--non-interactive --yes');
  if (unasked !== null) return refuse(options, unasked, EXIT.usage);
  const opened = await openProject({ ...options, flags: { backend, parallel } });
  if (!opened.ok) return opened.error;
  const project = opened.value;
  const known = project.prd.epics.map((epic) => epic.id);
  const unknown = unknownEpic(options.epics, known, 'the PRD');
  if (unknown !== null) return refuse(options, unknown, EXIT.usage);
  const standings = await planStandings(project.teams, project.prd.epics);
  const chosen = selectToPlan(project.prd, options.epics, standings);
  if (!chosen.ok) return refuse(options, chosen.error, EXIT.usage);
  if (chosen.value.length === 0) {
    options.stderr(
      'nothing to plan: every open epic has an agreed plan that fits (teams plan EPIC plans one again)\n',
    );
    return EXIT.passed;
  }
  return withLock(options, project.teams, 'plan', async () => {
    const { code, agreed } = await planEpics(options, project, chosen.value);
    if (code === EXIT.environment) return code;
    options.stdout(`\n${agreed.length} of ${chosen.value.length} planned\n`);
    const left = chosen.value.map(({ id }) => id).filter((id) => !agreed.includes(id));
    options.stdout(`next      ${nextAfterPlanning(left, options.epics, standings)}\n`);
    return code;
  });
}

/** Null when there is somebody to agree, or the person has said that nobody needs to be asked. */
export function nobodyToAsk({ yes, env }: PlanningOptions, flags: string): Problem | null {
  if (yes === true || canAsk(env)) return null;
  return {
    code: 'nobody-to-ask',
    what: 'a plan counts once you have agreed to it, and there is no terminal to ask you on',
    fix: `add ${flags} to agree to every plan unseen, or run it in a terminal`,
  };
}
