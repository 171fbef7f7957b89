import { isEmpty, type Item, itemsBelow, type Section, textBeside } from './markdown-tree.ts';
import { nameOf } from './names.ts';
import { line, sentence } from './words.ts';

export const CRITERIA =
  /^\W*(?:acceptance (?:criteria|tests?|scenarios)|ACs?|criteria|definition of done|done when)\W*$/i;
/** A heading that says that it is a story is one, with a list or without. */
const STORY = /^\W*(?:(?:user[ -]?)?story|US)[ -]?\d/i;

/** Whether the words of a heading, without numbers and remarks, are of a kind. */
export const is = (kind: RegExp, section: Section): boolean => kind.test(nameOf(section.title).title);

export const isNamedStory = (section: Section): boolean => STORY.test(section.title) && !isEmpty(section);

/** It says itself what has to be true for it. */
export const isStory = (section: Section): boolean =>
  criteriaOf(section).length > 0 && section.children.every((child) => is(CRITERIA, child));

/** As a criterion; none where it only says that they follow. */
export const textOf = (item: Item): readonly string[] => {
  const text = sentence([item.text, ...item.notes].join(' '));
  return text === '' || CRITERIA.test(text) ? [] : [text];
};

export const tickedIn = (items: readonly Item[]): number =>
  items.filter((item) => item.checked === true && textOf(item).length > 0).length;

/** The list under "Acceptance criteria", as a line or as a heading. */
export const criteriaOf = (section: Section): readonly Item[] => [
  ...section.items.filter((item) => CRITERIA.test(item.label)),
  ...section.children.filter((child) => is(CRITERIA, child)).flatMap((child) => child.items),
];

export function anyItem(section: Section, test: (item: Item) => boolean): boolean {
  return (
    section.items.some((item) => test(item) || itemsBelow(item).some(test)) ||
    section.children.some((child) => anyItem(child, test))
  );
}

/** What is below a heading beside the entries that became work. "Acceptance criteria:" without any is left out. */
export function wordsBeside(
  section: Section,
  taken: readonly Item[],
  children: readonly Section[] = [],
): readonly string[] {
  // An entry without a word says nothing.
  const work = [...taken, ...section.items.filter(isBlank)];
  const known = new Set(work);
  const open = new Set(section.items.filter((item) => !known.has(item)).map(({ label }) => label));
  return textBeside(section, work, children).filter((text) => !CRITERIA.test(text) || open.has(text));
}

const isBlank = ({ text, notes, code, children }: Item): boolean =>
  line(text) === '' && notes.length + code.length + children.length === 0;

export const wordsOfStory = (section: Section, criteria: readonly Item[]): readonly string[] => [
  ...wordsBeside(
    section,
    criteria,
    section.children.filter((child) => !is(CRITERIA, child)),
  ),
  ...section.children
    .filter((child) => is(CRITERIA, child))
    .flatMap((child) => wordsBeside(child, criteria, child.children)),
];
