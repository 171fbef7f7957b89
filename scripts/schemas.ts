import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { configSchema } from '../src/domain/config.ts';
import { eventSchema } from '../src/domain/events.ts';
import { prdSchema } from '../src/domain/prd.ts';
import { leadResultSchema, mergerResultSchema, plannerAnswerSchema } from '../src/domain/result.ts';
import { validatorAnswerSchema, verdictSchema } from '../src/domain/verdict.ts';
import { scriptSchema } from '../src/scripted-agent/script-schema.ts';

/** Writes schemas/*.json; with `--check` only compares them and fails on a difference. */
const SCHEMAS = {
  prd: { title: 'prd.json: what teams is to build', schema: prdSchema },
  config: { title: 'teams.config.yml', schema: configSchema },
  result: { title: 'The result file of a Team Lead', schema: leadResultSchema },
  'merger-result': { title: 'The result file of a merger', schema: mergerResultSchema },
  'planner-answer': { title: 'What a planner of teams plan writes', schema: plannerAnswerSchema },
  'validator-answer': { title: 'What a final validator writes', schema: validatorAnswerSchema },
  verdict: { title: 'verdict.json: what teams stores at the end of a run', schema: verdictSchema },
  script: { title: 'What scripted agents do', schema: scriptSchema },
  journal: { title: 'One line of journal.ndjson and of --json', schema: eventSchema },
};

const FOLDER = 'schemas';

const check = process.argv.includes('--check');
const drifted: string[] = [];
await mkdir(FOLDER, { recursive: true });
for (const [name, { title, schema }] of Object.entries(SCHEMAS)) {
  const file = join(FOLDER, `${name}.schema.json`);
  // The input side: a field with a default need not be written. Ids are relative, so that editors work offline.
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  const text = `${JSON.stringify({ $schema, $id: `${name}.schema.json`, title, ...rest }, null, 2)}\n`;
  if (!check) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) drifted.push(file);
}
if (drifted.length > 0) {
  console.error(
    `not what src/domain says: ${drifted.join(', ')}\n  fix: run "npm run schemas" and commit the result`,
  );
  process.exitCode = 1;
}
