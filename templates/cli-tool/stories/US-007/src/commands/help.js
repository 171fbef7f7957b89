import { readdirSync } from 'node:fs';

export const usage = 'todo help';
export const about = 'shows this';

/** Names of all commands, in alphabetical order. */
export const names = () =>
  readdirSync(new URL('.', import.meta.url))
    .map((name) => name.replace(/\.js$/, ''))
    .toSorted();

export async function run() {
  const commands = await Promise.all(names().map((name) => import(`./${name}.js`)));
  const width = Math.max(...commands.map((command) => command.usage.length));
  return commands.map((command) => `${command.usage.padEnd(width)}  ${command.about}`);
}
