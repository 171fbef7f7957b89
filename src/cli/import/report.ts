import { clip, printable } from '../../domain/printable.ts';
import type { Paint } from '../../report/paint.ts';
import { plural } from '../../report/words.ts';
import type { LeftOut } from '../../source/import/draft.ts';
import type { SourceText } from '../../source/text.ts';
import type { ImportResult } from './prepare.ts';

/** More of one kind are counted, not shown. */
const SHOWN = 6;

export function importText(result: ImportResult, source: SourceText, paint: Paint): string {
  const lines: string[] = [];
  const { plan, draft } = result;
  const at = (place: { readonly start: number; readonly end: number } | undefined): string =>
    place === undefined ? '' : ` ${paint.dim(`(line ${source.span(place).line})`)}`;
  const list = (title: string, entries: readonly string[]): void => {
    if (entries.length === 0) return;
    lines.push('', title);
    for (const entry of entries.slice(0, SHOWN)) lines.push(`  ${entry}`);
    if (entries.length > SHOWN)
      lines.push(paint.dim(`  … and ${entries.length - SHOWN} more (--json has all)`));
  };
  const setAside = ({ title, why, at: place }: LeftOut): string => `${show(title)}: ${why}${at(place)}`;
  for (const kind of ['grouping', 'ids', 'criteria', 'dependencies', 'left out'] as const) {
    const entries = plan.guesses.filter((guess) => guess.kind === kind);
    list(
      TITLES[kind],
      entries.map((guess) => `${show(guess.message)}${at(guess.at)}`),
    );
  }
  list('Done there, so it is not taken over:', told(draft.done).map(setAside));
  list('Not taken over:', told(draft.leftOut).map(setAside));
  list(
    'Done there, but here it is still to be done: take it out of the PRD, or the next run works on it:',
    plan.stillOpen.map(({ epicId, storyId, title }) => show(`${epicId} ${storyId} ${title}`)),
  );
  list(
    'Changed there since it was imported:',
    result.changed.map(
      ({ epicId, storyId, passes }) =>
        `${epicId} ${storyId}${passes ? `, which passes: teams reset ${epicId} to have it done again` : ''}`,
    ),
  );
  list(
    'No longer there, kept here:',
    result.gone.map((id) => show(id)),
  );
  return lines.length === 0 ? '' : `${lines.join('\n').trimStart()}\n`;
}

const TITLES = {
  grouping: 'How it was read:',
  ids: 'Ids:',
  criteria: 'Criteria:',
  dependencies: 'Dependencies:',
  'left out': 'Left out:',
} as const;

const told = (entries: readonly LeftOut[]): readonly LeftOut[] =>
  entries.filter(({ inside }) => inside !== true);

const show = (text: string): string => clip(printable(text), 300);

/** How many of what are in the PRD because of this import. */
export function countsText({ plan }: ImportResult): string {
  const stories = plan.epics.flatMap((epic) => epic.stories);
  const fresh = plan.epics.filter(({ known }) => !known).length;
  const freshStories = stories.filter(({ known }) => !known).length;
  return `${plural(fresh, 'epic')} and ${plural(freshStories, 'story', 'stories')} new${stories.length > freshStories ? `, ${plural(stories.length - freshStories, 'story', 'stories')} known` : ''}`;
}

export const importJson = (
  result: ImportResult,
  source: SourceText,
  out: string,
  detected: boolean,
): object => {
  const line = (place: { readonly start: number; readonly end: number } | undefined): object =>
    place === undefined ? {} : { line: source.span(place).line };
  const setAside = ({ title, why, at }: LeftOut): object => ({ title, why, ...line(at) });
  return {
    v: 1,
    ok: true,
    prd: out,
    format: result.format,
    detected,
    epics: result.plan.epics.map(({ id, title, source: from, known, dependsOn, stories }) => ({
      id,
      title,
      source: from,
      new: !known,
      dependsOn,
      stories: stories.map((story) => ({
        id: story.id,
        title: story.title,
        source: story.source,
        new: !story.known,
      })),
    })),
    guesses: result.plan.guesses.map(({ kind, message, at }) => ({ kind, message, ...line(at) })),
    done: told(result.draft.done).map(setAside),
    leftOut: told(result.draft.leftOut).map(setAside),
    stillOpen: result.plan.stillOpen,
    changed: result.changed,
    gone: result.gone,
  };
};
