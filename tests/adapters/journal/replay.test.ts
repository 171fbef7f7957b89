import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
  openSync,
  closeSync,
  mkdirSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TeamsEvent } from '../../../src/domain/events.ts';
import { evolve } from '../../../src/domain/evolve.ts';
import type { RunState } from '../../../src/domain/state.ts';
import { replay } from '../../../src/adapters/journal/replay.ts';
import { loadRuns } from '../../../src/adapters/journal/runs.ts';
import { loadState, writeSnapshot } from '../../../src/adapters/journal/state.ts';
import { newRunId, runFolder } from '../../../src/adapters/layout.ts';
import { tempFolder } from '../temp-folder.ts';
import { readJournal } from './read-journal.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/journals');
const EVERY = readFileSync(join(FIXTURES, 'v1-every-event.ndjson'), 'utf8');
const LINES = EVERY.trimEnd().split('\n');

function journal(text: string | readonly string[]): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'journal.ndjson'), typeof text === 'string' ? text : `${text.join('\n')}\n`);
  return folder;
}

async function stateOf(folder: string): Promise<RunState> {
  const loaded = await loadState(folder);
  if (!loaded.ok || loaded.value === null) throw new Error(loaded.ok ? 'no event' : loaded.error.what);
  return loaded.value.state;
}

test.each(readdirSync(FIXTURES).filter((name) => name.startsWith('v1-')))(
  '%s still replays',
  async (name) => {
    const folder = tempFolder();
    copyFileSync(join(FIXTURES, name), join(folder, 'journal.ndjson'));
    const replayed = await replay(folder, { validate: true });
    expect(replayed).toMatchObject({ ok: true });
    const phases = (await stateOf(folder)).epics.map(
      ({ plan, phase, attempt }) => `${plan.id} ${phase} ${attempt}`,
    );
    expect(phases).toEqual([
      'EPIC-001 merged 2',
      'EPIC-002 merged 2',
      'EPIC-003 waiting 2',
      'EPIC-004 waiting 0',
      'EPIC-005 merge-failed 1',
      '_fix-1 ready 0',
    ]);
  },
);

test('the command that sets a run aside can be pasted whatever the folder is called', async () => {
  const folder = join(tempFolder(), "it's a run");
  mkdirSync(folder);
  writeFileSync(join(folder, 'journal.ndjson'), '7\n');
  const replayed = await replay(folder);
  const fix = replayed.ok ? '' : (replayed.error.fix ?? '');
  execFileSync('sh', ['-c', /mv .*?(?= &&)/.exec(fix)?.[0] ?? 'false']);
  expect(readdirSync(`${folder}.broken`)).toEqual(['journal.ndjson']);
});

test('a torn last line is dropped', async () => {
  const folder = journal(EVERY + '{"v":1,"seq":');
  const replayed = await replay(folder);
  expect(replayed).toMatchObject({
    ok: true,
    value: { torn: true, seq: LINES.length, offset: Buffer.byteLength(EVERY) },
  });
});

test.each([
  ['not JSON', '{"v":1,', 'it is not JSON'],
  ['an empty line', '', 'it is not JSON'],
  ['not an object', '7', 'it is not an event'],
  ['null', 'null', 'it is not an event'],
  [
    'a later version',
    LINES[4]?.replace('"v":1', '"v":2') ?? '',
    'its version is 2, this teams reads version 1',
  ],
  ['a gap', LINES[5] ?? '', 'its number is 6, it has to be 5'],
  [
    'an unknown type',
    '{"v":1,"seq":5,"at":"2026-11-21T02:00:00Z","type":"epic.danced"}',
    'its type "epic.danced" is unknown',
  ],
  ['no time', '{"v":1,"seq":5,"type":"notice"}', 'it has no time'],
])('%s in the middle stops with file and line', async (_name, line, wrong) => {
  const folder = journal(LINES.with(4, line));
  for (const read of [replay(folder), readJournal(folder), loadState(folder)]) {
    const result = await read;
    if (result.ok) throw new Error('it was accepted');
    expect(result.error.what).toContain('line 5 of the journal cannot be read');
    expect(result.error.what).toContain(wrong);
    expect(result.error.where).toContain(`${join(folder, 'journal.ndjson')}:5`);
    // Restoring the file is no help where it is whole.
    const isNewer = /version/.test(wrong) || /"type":"epic.danced"/.test(line);
    expect(
      result.error.fix?.startsWith(isNewer ? 'use the newer teams that wrote it, or ' : 'restore '),
    ).toBe(true);
  }
});

test('an event for an epic that is not in the run names its line', async () => {
  const line = '{"v":1,"seq":5,"at":"2026-11-21T02:00:00Z","type":"epic.ready","epicId":"EPIC-X"}';
  const replayed = await replay(journal(LINES.with(4, line)));
  expect(replayed).toMatchObject({ ok: false, error: { why: 'no epic EPIC-X in this run' } });
  expect(!replayed.ok && replayed.error.where).toMatch(/journal\.ndjson:5$/);
});

test('only a full validation looks at every field', async () => {
  const bad = LINES.with(
    1,
    '{"v":1,"seq":2,"at":"2026-11-21T02:00:00.000Z","type":"notice","level":"loud","code":"x","text":"x"}',
  );
  const folder = journal(bad);
  expect((await replay(folder)).ok).toBe(true);
  const checked = await replay(folder, { validate: true });
  expect(!checked.ok && checked.error.what).toContain('line 2 of the journal cannot be read: level: ');
});

test('a snapshot spares the start of the journal, and is passed over when it does not fit', async () => {
  const half = Math.floor(LINES.length / 2);
  const folder = journal(LINES.slice(0, half));
  const whole = await stateOf(journal(EVERY));
  await writeSnapshot(folder, await stateOf(folder));
  // What the snapshot covers is not read any more: a change there shows whether it is used.
  const path = join(folder, 'journal.ndjson');
  const spoilt = readFileSync(path, 'utf8').replace('"project":"Fixture"', '"project":"Changed"');
  writeFileSync(path, spoilt + LINES.slice(half).join('\n') + '\n');
  expect(await stateOf(folder)).toEqual(whole);

  for (const snapshot of [
    '',
    'null',
    '{"v":1}',
    '{"v":1,"offset":7,"state":{"seq":3}}',
    '{"v":99,"offset":0,"state":{}}',
  ]) {
    writeFileSync(join(folder, 'state.json'), snapshot);
    expect((await stateOf(folder)).started.project).toBe('Changed');
  }
});

test('every prefix gives the state of its events', async () => {
  const folder = tempFolder();
  let state: RunState | null = null;
  for (const [i, line] of LINES.entries()) {
    state = evolve(state, JSON.parse(line) as TeamsEvent);
    if (i % 7 !== 0) continue;
    writeFileSync(join(folder, 'journal.ndjson'), `${LINES.slice(0, i + 1).join('\n')}\n`);
    expect(await stateOf(folder)).toEqual(state);
    await writeSnapshot(folder, state);
  }
});

test('all runs, newest first; one without any event is none', async () => {
  const teams = tempFolder();
  const ids = [0, 1, 59_999, 60_000].map((ms) => newRunId(new Date(Date.UTC(2026, 10, 21) + ms), () => 0.5));
  expect(ids.toSorted()).toEqual(ids);
  for (const [i, id] of ids.entries()) {
    mkdirSync(runFolder(teams, id), { recursive: true });
    const text = i === 1 ? '{"v":1' : EVERY.replaceAll('20261121-0200-k3f9', id);
    writeFileSync(join(runFolder(teams, id), 'journal.ndjson'), text);
  }
  mkdirSync(join(teams, 'runs', 'something else'));
  const runs = await loadRuns(teams);
  expect(runs.ok && runs.value.map((state) => state.started.runId)).toEqual([ids[3], ids[2], ids[0]]);
  expect(await loadRuns(join(teams, 'none'))).toEqual({ ok: true, value: [] });
});

test('100,000 events are read within half a second of processor time', async () => {
  const folder = tempFolder();
  const started = JSON.parse(LINES[0] ?? '') as { epics: object[] };
  const epics = Array.from({ length: 60 }, (_, i) => ({ ...started.epics[0], id: `EPIC-${i}` }));
  const file = openSync(join(folder, 'journal.ndjson'), 'w');
  writeSync(file, `${JSON.stringify({ ...started, epics })}\n`);
  let text = '';
  for (let seq = 2; seq <= 100_000; seq++) {
    const epicId = `EPIC-${seq % 60}`;
    const event = {
      v: 1,
      seq,
      at: '2026-11-21T02:00:00.000Z',
      type: 'story.updated',
      epicId,
      attempt: 1,
      storyId: 'US-101',
      passes: true,
      commit: 'a'.repeat(40),
      reason: null,
    };
    text += `${JSON.stringify(event)}\n`;
  }
  writeSync(file, text);
  closeSync(file);
  const before = process.cpuUsage();
  const state = await stateOf(folder);
  const { user, system } = process.cpuUsage(before);
  expect(state.seq).toBe(100_000);
  // The bar is 0.5 s for all of `status`; this is generous for a busy machine, a quadratic reader misses it by far.
  expect((user + system) / 1e6).toBeLessThan(1);
});
