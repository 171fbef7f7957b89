import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { prd } from '../rig/prd.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { teams } from '../rig/teams.ts';
import { tempRepo } from '../rig/temp-repo.ts';

/** Tells its secret wherever it can: on both streams, as an activity, in its answer, and as the reason it gives up for. */
const AGENT = `printf 'now with %s\\n' "$MY_TOKEN"
printf 'and %s\\n' "$MY_TOKEN" >&2
printf '{"type":"activity","kind":"tool","text":"curl %s"}\\n' "$MY_TOKEN"
printf '{"epicId":"E1","stories":{"E1-1":{"passes":false,"failureReason":"%s is wrong","commit":null}},"notes":"%s"}' \\
  "$MY_TOKEN" "$MY_TOKEN" > "$TEAMS_RESULT_PATH.new"
mv "$TEAMS_RESULT_PATH.new" "$TEAMS_RESULT_PATH"
printf 'cannot go on with %s\\n' "$MY_TOKEN" >&2
exit 3
`;

test('a secret of the environment is in no file of a run, in no event and on no screen', async () => {
  const repo = tempRepo({
    files: {
      'prd.json': prd([{ id: 'E1' }, { id: 'E2' }]),
      'agent.sh': AGENT,
      'teams.config.yml': JSON.stringify({
        backend: 'mine',
        attempts: { epic: 1 },
        setup: ['echo "checking with $DB_PASSWORD and $MY_TOKEN"; test "$TEAMS_EPIC_ID" = E1'],
        backends: { mine: { command: ['sh', './agent.sh'], env: ['MY_TOKEN'] } },
      }),
    },
  });
  onTestFinished(() => repo.remove());
  const env = { MY_TOKEN: 'tok-0123456789', DB_PASSWORD: 'pass-0123456789' };
  const ends = [await teams(['run', '--json'], { cwd: repo.path, env })];
  for (const args of [['status', '--why'], ['logs', 'E1'], ['logs', 'E2'], ['reset', 'E1'], ['run']]) {
    ends.push(await teams(args, { cwd: repo.path, env }));
  }
  expect(ends.map(({ code }) => code)).toEqual([1, 0, 0, 0, 0, 1]);
  const shown = ends.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  expect(shown).not.toContain('0123456789');
  expect(shown).toContain('[redacted: MY_TOKEN] is wrong');

  const updated = eventsOf(journal(repo.path), 'story.updated');
  expect(updated.map(({ reason }) => reason)).toContain('[redacted: MY_TOKEN] is wrong');
  const files = readdirSync(repo.path, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const mine = files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/.git/'));
  const leaks = mine.filter((file) => readFileSync(file, 'utf8').includes('0123456789'));
  // What the agent wrote itself stays as it is.
  expect(leaks.map((file) => file.slice(file.lastIndexOf('/') + 1))).toEqual(['result.json', 'result.json']);
  assertNothingLeft(repo);
});
