import type { Epic } from '../../domain/prd.ts';
import type { Template } from '../../adapters/templates.ts';

/** Long enough to be seen in the live view. In milliseconds. */
const THINKING = 400;

/** What scripted agents do so that a run of the template ends with a product that works: docs/scripted-agent.md. */
export function scriptOf(template: Template): object {
  const plans = template.prd.epics.map((epic) => [epic.id, leadSteps(template, epic)]);
  return {
    version: 1,
    'team-lead': { epics: Object.fromEntries(plans) },
    'final-validator': {
      default: [
        { say: 'every story against the merged tree' },
        {
          verdict: 'pass',
          summary: 'Every story is in the merged tree and has tests of its own, which pass there.',
          coverage: template.prd.epics.flatMap((epic) =>
            epic.userStories.map(({ id }) => ({
              epicId: epic.id,
              storyId: id,
              verdict: 'pass',
              evidence: testsOf(template.filesOf(id)),
            })),
          ),
        },
      ],
    },
  };
}

const testsOf = (files: Readonly<Record<string, string>>): string =>
  `${Object.keys(files)
    .filter((path) => path.endsWith('.test.js'))
    .join(', ')} passes`;

function leadSteps({ filesOf }: Template, epic: Epic): readonly object[] {
  return epic.userStories.flatMap(({ id, title }) => {
    const write = filesOf(id);
    return [
      { activity: { kind: 'agent', text: `builder: ${id} ${title}` } },
      { sleep: THINKING },
      { story: id, write },
    ];
  });
}
