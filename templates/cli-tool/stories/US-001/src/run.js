import { existsSync } from 'node:fs';

/** What a command ends with when it cannot do what it was asked for. */
export class Refusal extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs one command line and returns its exit code. A command is a file in src/commands/. */
export async function run([name = '', ...words], { out, err } = { out: console.log, err: console.error }) {
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
  if (!/^[a-z]+$/.test(name) || !existsSync(file)) throw new Refusal(`there is no command ${name}`, 2);
  return import(file);
}
