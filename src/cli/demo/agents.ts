import type { DemoEpic, DemoStory, Mending } from './epic.ts';

/** A step of the scripted agent: docs/scripted-agent.md. */
type Step = Readonly<Record<string, unknown>>;

/** What every session of the demonstration does, as the script of the scripted backend. */
export function agentsScript(epics: readonly DemoEpic[]): object {
  return {
    version: 1,
    'team-lead': { epics: Object.fromEntries(epics.map((epic) => [epic.id, leadPlan(epic)])) },
    merger: { default: mergerSteps },
    'final-validator': { default: validatorSteps(epics) },
  };
}

function leadPlan({
  stories,
  mending,
}: DemoEpic): readonly Step[] | Readonly<Record<string, readonly Step[]>> {
  const first = [
    activity('agent', `planner: ${stories.length} stories`),
    { sleep: 200 },
    ...stories.flatMap((story) => [...thinking(story), doing(story)]),
  ];
  if (mending === undefined) return first;
  // Stories that the first attempt has proven are left alone by the agent.
  return { 1: first, 2: [...stories.map(doing), ...mend(mending)] };
}

function thinking({ id, title, takes, write }: DemoStory): readonly Step[] {
  return [
    activity('agent', `builder: ${id} ${title}`),
    { sleep: Math.round(takes / 2) },
    activity('file', `edit ${Object.keys(write)[0] ?? ''}`),
    { sleep: Math.round(takes / 2) },
  ];
}

const doing = ({ id, write, append, tries }: DemoStory): Step => ({
  story: id,
  write,
  ...(append !== undefined && { append }),
  ...(tries !== undefined && { run: ['node', '--test', tries] }),
});

const mend = ({ story, title, takes, write, tries }: Mending): readonly Step[] => [
  { say: 'a check of the last attempt failed, its output is in the prompt' },
  activity('agent', `builder: ${story} again`),
  { sleep: takes },
  { write },
  { run: ['node', '--test', tries] },
  { commit: `{epic} ${story}: ${title}` },
  { pass: story },
];

/** Both epics added a line to the same place: both lines are right, in either order. */
const mergerSteps: readonly Step[] = [
  activity('agent', 'merger: {epic} added to the same lines as another epic'),
  { sleep: 500 },
  { resolve: 'union', details: 'Both commands stay: each epic had added its own line to the table.' },
];

const validatorSteps = (epics: readonly DemoEpic[]): readonly Step[] => [
  activity('agent', 'validator: every story against the merged tree'),
  { sleep: 400 },
  { run: ['node', '--test', 'test/cli.test.js'] },
  {
    verdict: 'pass',
    summary: 'Every story is in the merged tree and has a test of its own; all tests pass there.',
    coverage: epics.flatMap((epic) =>
      epic.stories.map(({ id, evidence }) => ({ epicId: epic.id, storyId: id, verdict: 'pass', evidence })),
    ),
  },
];

function activity(kind: 'agent' | 'file', text: string): Step {
  return { activity: { kind, text } };
}
