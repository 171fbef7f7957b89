import type { Assignment } from './assignment.ts';
import { writeJsonResult } from './result-file.ts';
import type { StepOf } from './script-schema.ts';

/** The answer of a final validator, as the script has it or put together from what the session was given. */
export function giveVerdict(assignment: Assignment, step: StepOf<'verdict'>): void {
  const answer = typeof step.verdict === 'object' ? step.verdict : composed(assignment, step, step.verdict);
  writeJsonResult(assignment.resultPath, answer);
}

/** Honest: it fails when a check failed, and says which. */
export function judge(assignment: Assignment): void {
  const failed = (assignment.input.checks ?? []).filter(({ exitCode }) => exitCode !== 0);
  giveVerdict(assignment, {
    verdict: failed.length === 0 ? 'pass' : 'fail',
    findings: failed.map(({ command, exitCode }) => ({
      severity: 'blocker',
      title: `The check fails: ${command}`.slice(0, 300),
      details: `exit code ${exitCode}`,
    })),
  });
}

function composed({ input }: Assignment, step: StepOf<'verdict'>, verdict: 'pass' | 'fail'): object {
  const { epics = [] } = input.prd ?? {};
  const checks = input.checks ?? [];
  const evidence = `in ${input.range?.from ?? '?'}..${input.range?.to ?? '?'}, ${checks.length} checks`;
  const allPass = checks.every(({ exitCode }) => exitCode === 0);
  return {
    phase: 'final-validation',
    verdict,
    tests: step.tests ?? (checks.length === 0 ? 'na' : allPass ? 'pass' : 'fail'),
    browser_check: 'na',
    timestamp: new Date().toISOString(),
    summary: step.summary ?? `Scripted judgement of ${epics.length} epics`,
    coverage:
      step.coverage ??
      epics.flatMap((epic) =>
        (epic.userStories ?? []).map((story) => ({ epicId: epic.id, storyId: story.id, verdict, evidence })),
      ),
    findings: step.findings ?? [],
  };
}
