import type { EpicSubject, LintFinding, StorySubject } from './finding.ts';
import { contentWords, likenessKeys } from './likeness.ts';

/** How much of the longer story the shorter one has to say. */
const ALIKE = 0.85;
/** Between epics, stories of a few words ("List", "sorted by name") differ by what their epics are about. */
const WORDS_BETWEEN_EPICS = 8;
/** Comparisons per story and key: a PRD made from one template stays linear. */
const COMPARED = 20;

interface Candidate {
  readonly subject: StorySubject;
  readonly epic: EpicSubject;
  readonly title: ReadonlySet<string>;
  /** Of the title, the description and the criteria. */
  readonly words: ReadonlySet<string>;
}

const NEGATION = /^(?:not?|never|without|cannot|except|only|un\w+)$|\d/;

/** Each story that says what an earlier one says, by id; nothing is said twice about the same story. */
export function duplicateStories(epics: readonly EpicSubject[]): readonly LintFinding[] {
  // What is done first: then the story that is still to do is the one too many.
  const ordered = [...epics.filter(({ done }) => done), ...epics.filter(({ done }) => !done)];
  const buckets = new Map<string, Candidate[]>();
  return ordered.flatMap((epic) =>
    epic.stories.toSorted(byId).flatMap((subject): LintFinding[] => {
      const { title, description, acceptanceCriteria } = subject.story;
      const words = contentWords([title, description, ...acceptanceCriteria].join(' '));
      const candidate = { subject, epic, title: contentWords(title), words };
      let twin: Candidate | undefined;
      for (const key of [`all:${[...words].toSorted().join(' ')}`, ...likenessKeys(words)]) {
        const bucket = buckets.get(key) ?? [];
        twin ??= bucket.find((other) => isTwin(other, candidate));
        if (bucket.length < COMPARED) bucket.push(candidate);
        buckets.set(key, bucket);
      }
      return twin === undefined || epic.done ? [] : [findingFor(candidate, twin)];
    }),
  );
}

const byId = (a: StorySubject, b: StorySubject): number =>
  a.story.id < b.story.id ? -1 : a.story.id > b.story.id ? 1 : 0;

/**
 * The same words; or under the same title one says all that the other one says, and hardly more. Where each has a word
 * of its own, the word is what tells them apart, however long the rest is: "export as CSV", "export as JSON".
 */
function isTwin(a: Candidate, b: Candidate): boolean {
  const [small, large] = a.words.size <= b.words.size ? [a.words, b.words] : [b.words, a.words];
  if (small.size === 0 || small.size < large.size * ALIKE) return false;
  if (a.epic !== b.epic && small.size < WORDS_BETWEEN_EPICS) return false;
  if (!isSubset(small, large)) return false;
  if (small.size === large.size) return true;
  if (a.title.size !== b.title.size || !isSubset(a.title, b.title)) return false;
  for (const word of large) if (!small.has(word) && NEGATION.test(word)) return false;
  return true;
}

function isSubset(small: ReadonlySet<string>, large: ReadonlySet<string>): boolean {
  for (const word of small) if (!large.has(word)) return false;
  return true;
}

function findingFor({ subject, words }: Candidate, twin: Candidate): LintFinding {
  const same = words.size === twin.words.size;
  return {
    rule: 'duplicate-story',
    message: `${subject.name} asks for ${same ? 'the same' : 'nearly the same'} as ${twin.subject.name}`,
    fix: twin.epic.done
      ? `remove it: ${twin.epic.epic.id} is completed; or say in its title and criteria what is still missing`
      : 'remove one of the two, or say in the title and the criteria what only this one asks for',
    at: { path: [...subject.path, 'title'] },
    related: [{ message: `${twin.subject.name} is here`, at: { path: [...twin.subject.path, 'title'] } }],
  };
}
