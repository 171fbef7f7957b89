import type { RunState } from './state.ts';
import { isFix } from './state.ts';
import type { Finding, ValidatorAnswer, Verdict } from './verdict.ts';

/** What `teams` knows itself when the final validator has answered. */
export interface Evidence {
  readonly runId: string;
  readonly round: number;
  /** ISO 8601. */
  readonly now: string;
  readonly range: { readonly from: string; readonly to: string };
  readonly checks: readonly Omit<Verdict['checks'][number], 'source'>[];
  readonly state: RunState;
}

/**
 * The verdict: the validator's answer (null: there is no validator session, checks alone decide) held against the
 * evidence. What the evidence contradicts is a fail, whatever the answer says.
 */
export function crossCheck(answer: ValidatorAnswer | null, evidence: Evidence): Verdict {
  const failedChecks = evidence.checks.filter((check) => check.exitCode !== 0);
  const contradictions = answer === null ? [] : contradictionsOf(answer, evidence);
  const reasons = [
    ...failedChecks.map((check) => `check \`${check.command}\` ${describeExit(check.exitCode)}`),
    ...contradictions,
    ...(answer?.verdict === 'fail' ? [answer.summary ?? 'the final validator judged it as fail'] : []),
  ];
  const checksSay = evidence.checks.length === 0 ? 'na' : failedChecks.length === 0 ? 'pass' : 'fail';
  return {
    v: 1,
    phase: 'final-validation',
    verdict: reasons.length === 0 ? 'pass' : 'fail',
    tests: checksSay === 'fail' ? 'fail' : (answer?.tests ?? checksSay),
    browser_check: answer?.browser_check ?? 'na',
    timestamp: evidence.now,
    runId: evidence.runId,
    round: evidence.round,
    range: evidence.range,
    reasons,
    contradictions,
    summary:
      answer === null ? 'Rests on checks alone: no final validator session is configured.' : answer.summary,
    checks: evidence.checks.map((check) => ({ ...check, source: 'teams' })),
    coverage: coverageOf(answer, evidence.state),
    findings: answer?.findings ?? [],
    source: answer === null ? 'teams' : 'final-validator',
  };
}

/** What a builder has to mend: findings of weight, then failed checks. Empty: there is nothing that it could do. */
export function findingsToMend(verdict: Verdict): { title: string; details?: string }[] {
  const heavy = verdict.findings.filter((finding) => finding.severity !== 'minor');
  const chosen: readonly Finding[] = heavy.length > 0 ? heavy : verdict.findings;
  const failedStories = verdict.coverage.filter((story) => story.verdict === 'fail');
  const titles = new Set(chosen.map((finding) => finding.storyId));
  return [
    ...chosen.map(({ title, details }) => ({ title, details })),
    ...failedStories
      .filter((story) => !titles.has(story.storyId))
      .map((story) => ({
        title: `${story.storyId} (${story.title}) does not hold`,
        details: story.evidence,
      })),
    ...verdict.checks
      .filter((check) => check.exitCode !== 0)
      .map((check) => ({
        title: `The check \`${check.command}\` fails on the merged tree`,
        details: `It ${describeExit(check.exitCode)}. Mend the cause, not the check.`,
      })),
  ];
}

const describeExit = (exitCode: number | null): string =>
  exitCode === null ? 'did not end by itself' : `exited with ${exitCode}`;

function contradictionsOf(answer: ValidatorAnswer, evidence: Evidence): string[] {
  const found: string[] = [];
  const failed = evidence.checks.find((check) => check.exitCode !== 0);
  if (answer.tests === 'pass' && failed !== undefined) {
    found.push(`it says tests pass, but \`${failed.command}\` ${describeExit(failed.exitCode)}`);
  }
  if (answer.verdict === 'pass') {
    if (answer.tests === 'fail') found.push('it says the verdict is pass and that tests fail');
    if (answer.browser_check === 'fail')
      found.push('it says the verdict is pass and that the browser check fails');
    const story = answer.coverage?.find((entry) => entry.verdict === 'fail');
    if (story !== undefined) found.push(`it says the verdict is pass and that ${story.storyId} fails`);
    const blocker = answer.findings?.find((finding) => finding.severity === 'blocker');
    if (blocker !== undefined)
      found.push(`it says the verdict is pass and names a blocker: ${blocker.title}`);
  }
  return found;
}

function coverageOf(answer: ValidatorAnswer | null, state: RunState): Verdict['coverage'] {
  const judged = new Map(answer?.coverage?.map((entry) => [`${entry.epicId}\n${entry.storyId}`, entry]));
  return state.epics
    .filter((epic) => !isFix(epic.plan.id))
    .flatMap((epic) =>
      epic.plan.stories.map((story) => {
        const entry = judged.get(`${epic.plan.id}\n${story.id}`);
        return {
          epicId: epic.plan.id,
          storyId: story.id,
          title: story.title,
          commit: epic.stories[story.id]?.commit ?? null,
          proven: epic.phase === 'merged' && epic.stories[story.id]?.passes === true,
          verdict: entry?.verdict ?? ('not-judged' as const),
          evidence: entry?.evidence,
          source: entry === undefined ? ('teams' as const) : ('final-validator' as const),
        };
      }),
    );
}
