import { existsSync } from 'node:fs';
import { names } from './commands/help.js';

/** What a command ends with when it cannot do what it was asked for. */
export class Refusal extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs one command line and returns its exit code. A command is a file in src/commands/. */
export async function run(
  [name = 'help', ...words],
  { out, err } = { out: console.log, err: console.error },
) {
  try {
    const command = await findCommand(name);
    for (const line of await command.run(words)) out(line);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    err(error.message);
    return error.exitCode;
  }
}

async function findCommand(name) {
  const file = new URL(`./commands/${name}.js`, import.meta.url);
  if (!/^[a-z]+$/.test(name) || !existsSync(file))
    throw new Refusal(`there is no command ${name}${suggestion(name)}`, 2);
  return import(file);
}

/** The command that has the same letters but for one. */
function suggestion(name) {
  const meant = names().find(
    (known) => isOneLess(name, known) || isOneLess(known, name) || isOneOff(name, known),
  );
  return meant === undefined ? '' : `, did you mean ${meant}?`;
}

const isOneLess = (less, more) => [...more].some((_, at) => more.slice(0, at) + more.slice(at + 1) === less);

const isOneOff = (one, other) =>
  one.length === other.length && [...one].filter((letter, at) => letter !== other[at]).length === 1;
