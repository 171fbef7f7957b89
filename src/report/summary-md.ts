import { spentText } from '../domain/budget.ts';
import { printable } from '../domain/printable.ts';
import type { EpicState, RunState } from '../domain/state.ts';
import { nextForRun, whyUnfinished } from '../domain/why.ts';
import { landingText, verdictText } from './ending.ts';
import { formatDuration, mergedCount, storyCount } from './words.ts';

/** summary.md of the folder of a run: what a person reads in a pull request or a mail. */
export function summaryMarkdown(state: RunState): string {
  const { started } = state;
  const lines = [
    `# ${cell(started.project)}: ${state.phase}`,
    '',
    `- Run: \`${started.runId}\`, ${state.startedAt}${lasting(state)}`,
    `- Base: ${cell(started.base.ref ?? 'HEAD')} at \`${started.base.commit}\``,
    `- Branch: \`${started.branch}\` at \`${state.head}\``,
    `- Merged: ${mergedCount(state)} of ${state.epics.length} epics`,
    `- Verdict: ${cell(verdictText(state))}`,
  ];
  const spent = spentText(state);
  if (spent !== null) lines.push(`- Spent: ${cell(spent)}`);
  if (state.landing !== null) lines.push(`- Landing: ${cell(landingText(state.landing))}`);
  const next = nextForRun(state, false);
  if (next !== null) lines.push(`- Next: \`${printable(next)}\``);
  lines.push('', '| epic | title | phase | attempts | stories | merge |', '|---|---|---|---|---|---|');
  lines.push(...state.epics.map(row), ...openSection(state));
  return `${lines.join('\n')}\n`;
}

function row(epic: EpicState): string {
  const { done, total } = storyCount(epic);
  const merge = epic.mergeCommit === null ? '' : `\`${epic.mergeCommit}\``;
  return `| ${cell(epic.plan.id)} | ${cell(epic.plan.title)} | ${epic.phase} | ${epic.attempt} | ${done}/${total} | ${merge} |`;
}

function openSection(state: RunState): readonly string[] {
  const open = whyUnfinished(state, false);
  if (open.length === 0) return [];
  return [
    '',
    '## Not merged',
    '',
    ...open.map((why) => `- **${cell(why.epicId)}**: ${cell(why.reason)}. Next: \`${printable(why.next)}\``),
  ];
}

const lasting = (state: RunState): string =>
  state.endedAt === null
    ? ''
    : `, ${formatDuration(Date.parse(state.endedAt) - Date.parse(state.startedAt))}`;

/** Titles and reasons come from people and agents: they must not become markup, links or cells of their own. */
const cell = (text: string): string => printable(text).replace(/[\\`*_[\]<>|#]/g, '\\$&');
