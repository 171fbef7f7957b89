/** Content by path from the root of the project. */
export type Files = Readonly<Record<string, string>>;

/** A story as the PRD has it, and what the scripted lead does for it. */
export interface DemoStory {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly criteria: readonly string[];
  /** How long the lead thinks about it, in milliseconds: long enough to be seen in the live view. */
  readonly takes: number;
  readonly write: Files;
  readonly append?: Files;
  /** Test file that the lead runs before it commits; without one it trusts its luck. */
  readonly tries?: string;
  /** What the final validator points at. */
  readonly evidence: string;
}

/** What a second attempt changes after the first one failed its check. */
export interface Mending {
  readonly story: string;
  readonly title: string;
  readonly takes: number;
  readonly write: Files;
  readonly tries: string;
}

export interface DemoEpic {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly dependsOn: readonly string[];
  readonly stories: readonly DemoStory[];
  readonly mending?: Mending;
}
