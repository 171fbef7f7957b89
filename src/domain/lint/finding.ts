import type { Epic, Prd } from '../prd.ts';
import type { RuleId } from './rules.ts';

/** Where in the PRD a finding is, as its schema names it: `['epics', 0, 'userStories', 2, 'title']`. */
export interface Place {
  readonly path: readonly (string | number)[];
  /** Only this part of a text, in UTF-16 units; absent: all of it. */
  readonly within?: { readonly start: number; readonly end: number };
  /** The name of the field instead of its value. */
  readonly name?: true;
}

export interface LintFinding {
  readonly rule: RuleId;
  readonly message: string;
  readonly fix: string;
  readonly at: Place;
  readonly related?: readonly { readonly message: string; readonly at: Place }[];
}

/** What is wrong with one criterion. */
export interface CriterionFinding {
  readonly rule: RuleId;
  /** Continues a sentence that begins with the name of the story. */
  readonly what: string;
  readonly fix: string;
  readonly within?: Place['within'];
}

export type Story = Epic['userStories'][number];

export interface StorySubject {
  /** What messages call it. */
  readonly name: string;
  readonly story: Story;
  readonly path: Place['path'];
}

export interface EpicSubject {
  readonly epic: Epic;
  readonly path: Place['path'];
  readonly stories: readonly StorySubject[];
  /** Nothing will be run for it any more. */
  readonly done: boolean;
}

/** The epics by id: where one stands in the file must not change what is found. */
export function subjectsOf(prd: Prd): readonly EpicSubject[] {
  return prd.epics
    .map((epic, index) => {
      const path = ['epics', index];
      return {
        epic,
        path,
        done: epic.status === 'completed',
        stories: epic.userStories.map((story, at) => ({
          name: `${epic.id} ${story.id}`,
          story,
          path: [...path, 'userStories', at],
        })),
      };
    })
    .toSorted((a, b) => (a.epic.id < b.epic.id ? -1 : a.epic.id > b.epic.id ? 1 : 0));
}
