import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { selectToPlan } from '../../domain/plan-scope.ts';
import type { Problem } from '../../domain/problem.ts';
import { canAsk } from '../asking.ts';
import { withLock } from '../drive.ts';
import { printProblem } from '../output.ts';
import { planEpics, type PlanningOptions } from '../planning/plan-epics.ts';
import { openProject } from '../project.ts';
import { planStandings } from '../take-plans.ts';
import { unknownEpic } from '../unknown-epic.ts';

export interface PlanOptions extends PlanningOptions {
  /** Ids; none: every open epic without a plan that fits. */
  readonly epics: readonly string[];
  readonly backend?: string;
  readonly parallel?: number;
}

/** Has epics planned before a run, and stores the plans that the person agrees to. */
export async function planCommand(options: PlanOptions): Promise<ExitCode> {
  const { backend, parallel } = options;
  const refuse = (problem: Problem): ExitCode => {
    printProblem(options, problem);
    return EXIT.usage;
  };
  const unasked = nobodyToAsk(options, '--non-interactive --yes');
  if (unasked !== null) return refuse(unasked);
  const opened = await openProject({ ...options, flags: { backend, parallel } });
  if (!opened.ok) return opened.error;
  const project = opened.value;
  const known = project.prd.epics.map((epic) => epic.id);
  const unknown = unknownEpic(options.epics, known);
  if (unknown !== null) return refuse(unknown);
  const standings = await planStandings(project.teams, project.prd.epics);
  const chosen = selectToPlan(project.prd, options.epics, standings);
  if (!chosen.ok) return refuse(chosen.error);
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
    options.stdout(`next      ${agreed.length === chosen.value.length ? 'teams run' : 'teams plan'}\n`);
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
