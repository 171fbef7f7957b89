import { placeOutside, replaceEdited } from '../../adapters/edited-file.ts';
import { editorSchema, schemaComment } from '../../adapters/editor-schemas.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import { printable } from '../../domain/printable.ts';
import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import { editConfig } from '../../source/edit-config.ts';
import { newConfig } from '../../source/new-config.ts';
import { type Answers, changesFor } from '../../source/setup-answers.ts';
import { type Asking, canAsk, openAsking } from '../asking.ts';
import { type CommandContext, refuse } from '../output.ts';
import { describeAnswers, describeChanges } from './describe.ts';
import { interview } from './interview.ts';
import { type Given, type Place, readPlace } from './place.ts';

export interface SetupWish extends CommandContext {
  /** Of the repository. */
  readonly root: string;
  /** Asks nothing: flags, then the file, then what the repository suggests. */
  readonly yes?: boolean | undefined;
  readonly given?: Given | undefined;
}

/**
 * Asks how `teams` is to work on a repository and writes teams.config.yml; one that is there is edited. What kept it from
 * that, Ctrl-C too, is said on stderr, and its exit code is the error.
 */
export async function runSetup(wish: SetupWish): Promise<Outcome<'written' | 'unchanged', ExitCode>> {
  if (wish.yes !== true && !canAsk(wish.env)) return fail(refuse(wish, NO_TERMINAL, EXIT.usage));
  // Each is asked for its version, and one that was never started may take long to answer.
  if (wish.yes !== true) wish.stdout('Looking for agent CLIs\n');
  const place = await readPlace(wish, wish.root, wish.given ?? { settings: {}, models: {} });
  if (place === null) return fail(EXIT.usage);
  const chosen = place.file.backend !== undefined || place.given.has('backend');
  if (!chosen && place.backends.every(({ problem }) => problem !== null)) {
    return fail(refuse(wish, noBackend(place.backends), EXIT.environment));
  }
  const ask = wish.yes === true ? null : await openAsking(place.name);
  const answers = ask === null ? place.answers : await interview(ask, place);
  if (answers === null) return leave(wish, place);
  return write({ wish, place, ask, answers });
}

interface Writing {
  readonly wish: SetupWish;
  readonly place: Place;
  /** Null: nobody is asked. */
  readonly ask: Asking | null;
  readonly answers: Answers;
}

async function write({
  wish,
  place,
  ask,
  answers,
}: Writing): Promise<Outcome<'written' | 'unchanged', ExitCode>> {
  const { path, name, source, file } = place;
  const changes = source === null ? [] : changesFor(file, answers);
  if (source !== null && changes.length === 0) {
    wish.stdout(`${printable(name)} says all that already: nothing is changed\n`);
    return ok('unchanged');
  }
  const outside = source === null ? null : await placeOutside(wish.root, path);
  if (outside !== null) return fail(refuse(wish, leadsOut(name, outside), EXIT.environment));
  const edited = source === null ? null : editConfig(source.text, changes);
  const what = source === null ? describeAnswers(answers) : describeChanges(file, changes);
  if (source !== null && edited === null) return fail(refuse(wish, notEditable(name, what), EXIT.usage));
  if (ask === null) wish.stdout(`${printable(what, { multiline: true })}\n`);
  else ask.say(what);
  const question = source === null ? `Write ${name}?` : `Change ${name}?`;
  if (ask !== null && (await ask.confirm(question)) !== true) return leave(wish, place);
  const missing = place.backends.find((one) => one.name === answers.backend)?.problem ?? null;
  if (missing !== null) wish.stderr(`${printable(`warning: ${missing.what}: ${missing.fix ?? ''}`)}\n`);
  // Only now: before a yes, nothing is written at all.
  const schema = await editorSchema(wish.root, 'config', path);
  const bom = source?.bom === true ? '\ufeff' : '';
  const text = edited === null ? newConfig(answers, schemaComment(schema)) : bom + edited;
  const before = source === null ? null : bom + source.text;
  const written = await replaceEdited({ path, before, kind: 'config', fix: 'teams setup' }, text);
  if (!written.ok) return fail(refuse(wish, written.error, EXIT.environment));
  wish.stdout(
    `${printable(name)} is ${source === null ? 'written' : 'changed'}; what it comes to: teams config\n`,
  );
  return ok('written');
}

function leave(wish: SetupWish, { name, source }: Place): Outcome<never, ExitCode> {
  wish.stderr(`${printable(name)} is ${source === null ? 'not written' : 'as it was'}\n`);
  return fail(EXIT.interrupted);
}

const noBackend = (backends: Place['backends']): Problem => ({
  code: 'no-backend',
  what: 'no agent CLI can be started here',
  why: backends.flatMap(({ problem }) => (problem === null ? [] : [problem.what])).join('; '),
  fix: 'install one, such as: npm install -g @anthropic-ai/claude-code   (or name one all the same: teams setup --backend claude)',
});

const NO_TERMINAL: Problem = {
  code: 'no-terminal',
  what: 'teams setup asks questions, and there is no terminal to ask them on',
  fix: 'teams setup --yes takes what it finds; flags say what is to be different, see: teams setup --help',
};

/** Where such a link comes with a repository, somebody else chose what is written to. */
const leadsOut = (name: string, target: string): Problem => ({
  code: 'config-outside',
  what: `${name} is a link that leads out of the repository`,
  where: target,
  why: 'it would be changed there',
  fix: 'put the file itself into the repository, or change it by hand',
});

const notEditable = (name: string, what: string): Problem => ({
  code: 'config-not-editable',
  what: `${name} is written in a way that teams cannot change without doing harm, such as with an alias`,
  why: `nothing was written; wanted was\n${what}`,
  fix: 'change it by hand',
});
