import { withoutQuotes } from './checkable.ts';
import { compound } from './compound.ts';
import type { LintFinding, StorySubject } from './finding.ts';
import { uncheckable } from './uncheckable.ts';
import { vaguePhrase } from './vague.ts';

/** One finding for each criterion: what is wrong with it first goes away with it. */
export function criteria({ name, story, path }: StorySubject): readonly LintFinding[] {
  return story.acceptanceCriteria.flatMap((criterion, index): LintFinding[] => {
    const text = withoutQuotes(criterion);
    const found = uncheckable(text) ?? vaguePhrase(criterion, text) ?? compound(text);
    if (found === null) return [];
    const { rule, what, fix, within } = found;
    const at = { path: [...path, 'acceptanceCriteria', index], ...(within !== undefined && { within }) };
    return [{ rule, message: `${name}: ${what}`, fix, at }];
  });
}
