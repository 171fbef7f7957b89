export interface EpicSpec {
  readonly id: string;
  readonly dependsOn?: readonly string[];
  /** How many stories (their ids are `<epic>-1`, `<epic>-2`, …), or their ids. Default: 1. */
  readonly stories?: number | readonly string[];
  /** More fields of the epic, as they are in prd.json. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The text of a valid prd.json with the given epics. */
export function prd(epics: readonly EpicSpec[], more: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({ project: 'rig', branchName: 'main', description: 'A PRD of a test', ...more, epics: epics.map(epicOf) }, null, 2)}\n`;
}

/** Ids of the stories of an epic, in order. */
export function storyIds(epic: EpicSpec): readonly string[] {
  const { stories = 1 } = epic;
  return typeof stories === 'number'
    ? Array.from({ length: stories }, (_, k) => `${epic.id}-${k + 1}`)
    : stories;
}

const epicOf = (epic: EpicSpec): unknown => ({
  id: epic.id,
  title: `Epic ${epic.id}`,
  description: '',
  status: 'pending',
  dependsOn: epic.dependsOn ?? [],
  userStories: storyIds(epic).map((id, index) => ({
    id,
    title: `Story ${id}`,
    description: '',
    acceptanceCriteria: [`${id} is done`],
    priority: index + 1,
    passes: false,
    failureReason: null,
  })),
  ...epic.more,
});
