import { stringify } from 'yaml';
import { schemaComment } from '../../adapters/editor-schemas.ts';
import { agentsScript } from './agents.ts';
import { baseFiles } from './base-files.ts';
import { cliEpic } from './cli-epic.ts';
import type { DemoEpic, Files } from './epic.ts';
import { exportEpic, formatsEpic } from './export-epics.ts';
import { searchEpic, statsEpic } from './find-epics.ts';
import { parserEpic } from './parser-epic.ts';
import { storeEpic } from './store-epic.ts';

const SCRIPT = 'agents.yml';

const epics: readonly DemoEpic[] = [
  storeEpic,
  parserEpic,
  searchEpic,
  statsEpic,
  cliEpic,
  formatsEpic,
  exportEpic,
];

const config = (schema: string): string => `${schemaComment(schema)}
# What \`teams config\` explains. Every setting has a default; these are the ones that matter here.
version: 1
backend: scripted        # a real project has claude, codex, copilot or opencode here
parallel: 3              # sessions at a time
verify: ["node --test"]  # run by teams itself on every epic, on every merge and before the verdict
backends:
  scripted: { script: ${SCRIPT} }
`;

/** Everything that is in the project before the run. `schemas`: what an editor finds them by. */
export function projectFiles(schemas: { readonly prd: string; readonly config: string }): Files {
  return {
    ...baseFiles,
    'prd.json': `${JSON.stringify({ $schema: schemas.prd, ...prd() }, null, 2)}\n`,
    'teams.config.yml': config(schemas.config),
    [SCRIPT]: `# What the scripted agents of this demonstration do, instead of thinking.\n${stringify(agentsScript(epics), { lineWidth: 0 })}`,
  };
}

const prd = (): object => ({
  project: 'shelf',
  branchName: 'main',
  description: 'A reading list for the terminal',
  epics: epics.map((epic) => ({
    id: epic.id,
    title: epic.title,
    description: epic.description,
    status: 'pending',
    planned: false,
    dependsOn: epic.dependsOn,
    userStories: epic.stories.map((story, index) => ({
      id: story.id,
      title: story.title,
      description: story.description,
      acceptanceCriteria: story.criteria,
      priority: index + 1,
      passes: false,
      failureReason: null,
    })),
  })),
});
