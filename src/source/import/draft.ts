import type { Range } from '../text.ts';

/** What an importer read, before there are ids, epics of a size that a lead can hold, or a graph. */
export interface Draft {
  readonly project: string | null;
  readonly description: string;
  readonly groups: readonly DraftGroup[];
  /** Keys of work that the source calls done: it is left out, and what depends on it may start. */
  readonly done: readonly LeftOut[];
  /** What else is not taken over, and why. */
  readonly leftOut: readonly LeftOut[];
  readonly guesses: readonly Guess[];
}

/** Stories that belong together: one epic, or several when there are too many of them. */
export interface DraftGroup {
  /** Unique among the groups of the source and the same in every version of it. */
  readonly key: string;
  /** What `source` of the epic says, when that is more than a place in the file. */
  readonly link?: string | undefined;
  /** The id that it should have, as far as that is possible. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly labels?: readonly string[];
  /** Later stories build on earlier ones: when they are split into several epics, each waits for the one before. */
  readonly ordered: boolean;
  readonly dependsOn: readonly Reference[];
  readonly stories: readonly DraftStory[];
}

export interface DraftStory {
  /** Unique among the stories of the source and the same in every version of it. */
  readonly key: string;
  readonly link?: string | undefined;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Empty: the title is the criterion. */
  readonly criteria: readonly string[];
  /** How many of them have a ticked box. The story is open all the same. */
  readonly ticked?: number;
  readonly dependsOn: readonly Reference[];
  readonly at: Range;
}

/** The key of a group or of a story, and where it is named. */
export interface Reference {
  readonly key: string;
  readonly at: Range;
}

export interface LeftOut {
  readonly key: string;
  readonly title: string;
  readonly why: string;
  readonly at: Range;
  /** It is part of another one, which is told: not worth a line of its own. */
  readonly inside?: true;
}

/** Something that the source does not say and that a person should look at. */
export interface Guess {
  readonly kind: 'grouping' | 'ids' | 'dependencies' | 'criteria' | 'left out';
  readonly message: string;
  readonly at?: Range;
}
