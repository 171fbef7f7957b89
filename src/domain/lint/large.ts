import { clip } from '../printable.ts';
import { withoutQuotes } from './checkable.ts';
import type { LintFinding, StorySubject } from './finding.ts';

/** Stories that list the cases of a test come close to this. */
const CRITERIA = 15;
/** Of title, description and criteria together: two pages. */
const CHARACTERS = 4000;
const JOINTS = 2;

/** One thing, although it has an "and". */
const PAIRS =
  /\b(?:terms and conditions|drag and drop|copy and paste|cut and paste|(?:find|search) and replace|read and write|back and forth|up and down|left and right|start and end|black and white|pros and cons|questions and answers|sign up and sign in|undo and redo|min and max|pub and sub|and\/or)\b/gi;

export function largeStories({ name, story, path }: StorySubject): readonly LintFinding[] {
  const { title, description, acceptanceCriteria } = story;
  const joints =
    withoutQuotes(title)
      .replace(PAIRS, '')
      .match(/\band\b|\s&\s|\bas well as\b/gi)?.length ?? 0;
  const length =
    title.length + description.length + acceptanceCriteria.reduce((sum, text) => sum + text.length, 0);
  const finding = (what: string, fix: string, at: LintFinding['at']): LintFinding[] => [
    { rule: 'large-story', message: `${name} ${what}`, fix, at },
  ];
  if (acceptanceCriteria.length > CRITERIA) {
    return finding(
      `has ${acceptanceCriteria.length} acceptance criteria; more than ${CRITERIA} are seldom one story`,
      'split it into stories that can each be seen to work, with the criteria that belong to each',
      { path: [...path, 'acceptanceCriteria'], name: true },
    );
  }
  if (joints >= JOINTS) {
    return finding(
      `asks for ${joints + 1} things in one title: "${clip(title, 80)}"`,
      'make a story of each',
      { path: [...path, 'title'] },
    );
  }
  if (length > CHARACTERS) {
    return finding(
      `is ${length} characters long; more than ${CHARACTERS} are seldom one story`,
      'split it, or move background to a document in the repository and name its path in the description',
      { path: [...path, description.length > length / 2 ? 'description' : 'title'], name: true },
    );
  }
  return [];
}
