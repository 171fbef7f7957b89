import type { DemoEpic } from './epic.ts';

const BIN = String.raw`#!/usr/bin/env node
import { homedir } from 'node:os';
import { join } from 'node:path';
import { main } from '../src/cli.js';

const file = process.env.SHELF_FILE ?? join(homedir(), '.shelf.json');
process.exitCode = await main(process.argv.slice(2), { file, print: console.log });
`;

export const cliEpic: DemoEpic = {
  id: 'EPIC-005',
  title: 'The command line',
  description: 'Make a program of it: shelf add, and every command of src/commands.js.',
  dependsOn: ['EPIC-002', 'EPIC-003', 'EPIC-004'],
  stories: [
    {
      id: 'US-009',
      title: 'Add books and run commands',
      description: 'As a reader, I want to use my shelf from the terminal',
      criteria: [
        'shelf add keeps a book for the next call',
        'Every command of src/commands.js can be called',
      ],
      takes: 500,
      write: {
        'bin/shelf.js': BIN,
        'src/cli.js': String.raw`import { describe } from './book.js';
import * as commands from './commands.js';
import { parseLine } from './parse-line.js';
import { load, save } from './store.js';

/** Runs one command line on the shelf in the file; gives the exit code. */
export async function main([name, ...words], { file, print }) {
  const shelf = await load(file);
  if (name === 'add') {
    const book = shelf.add(parseLine(words.join(' ')));
    await save(file, shelf);
    print('added ' + describe(book));
    return 0;
  }
  for (const line of commands[name](shelf.books, words)) print(line);
  return 0;
}
`,
        'test/cli.test.js': String.raw`import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { main } from '../src/cli.js';

/** Exit code and lines of one command line. */
async function shelf(file, ...words) {
  const lines = [];
  const code = await main(words, { file, print: (line) => lines.push(line) });
  return [code, ...lines];
}

test('what one call adds, the next one finds', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'shelf-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'shelf.json');
  const dune = 'Dune by Frank Herbert #scifi *5';
  assert.deepEqual(await shelf(file, 'add', dune), [0, 'added ' + dune]);
  assert.deepEqual(await shelf(file, 'search', '#scifi'), [0, dune]);
  assert.deepEqual((await shelf(file, 'stats')).slice(0, 2), [0, 'books: 1']);

  const env = { ...process.env, SHELF_FILE: file };
  assert.equal(execFileSync(process.execPath, ['bin/shelf.js', 'list'], { env, encoding: 'utf8' }), dune + '\n');
});
`,
      },
      tries: 'test/cli.test.js',
      evidence: 'bin/shelf.js; test/cli.test.js uses one file in several calls and starts the program',
    },
    {
      id: 'US-010',
      title: 'Say what went wrong',
      description: 'As a reader, I want to be told what I can type',
      criteria: [
        'An unknown command lists those that exist, with exit code 2',
        'An error is one line, with exit code 1',
      ],
      takes: 500,
      write: {
        'src/cli.js': String.raw`import { describe } from './book.js';
import * as commands from './commands.js';
import { parseLine } from './parse-line.js';
import { load, save } from './store.js';

/** Runs one command line on the shelf in the file; gives the exit code. */
export async function main([name, ...words], { file, print }) {
  if (name !== 'add' && !Object.hasOwn(commands, name ?? '')) {
    print('usage: shelf ' + ['add', ...Object.keys(commands)].join('|') + ' [words]');
    return 2;
  }
  try {
    const shelf = await load(file);
    for (const line of await answer(name, words, { file, shelf })) print(line);
    return 0;
  } catch (error) {
    print('shelf: ' + error.message);
    return 1;
  }
}

async function answer(name, words, { file, shelf }) {
  if (name !== 'add') return commands[name](shelf.books, words);
  const book = shelf.add(parseLine(words.join(' ')));
  await save(file, shelf);
  return ['added ' + describe(book)];
}
`,
      },
      append: {
        'test/cli.test.js': String.raw`
test('an unknown command lists those that exist', async () => {
  const [code, line] = await shelf('no-such-file', 'burn');
  assert.equal(code, 2);
  assert.match(line, /^usage: shelf add\|.*list\|search\|stats /);
});

test('an error is one line', async () => {
  assert.deepEqual(await shelf('no-such-file', 'add', '*9'), [1, 'shelf: a rating is *1 to *5, not *9']);
});
`,
      },
      tries: 'test/cli.test.js',
      evidence: 'src/cli.js; test/cli.test.js checks both exit codes and both texts',
    },
  ],
};
