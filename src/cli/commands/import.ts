import { createHash } from 'node:crypto';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { isThere } from '../../adapters/there.ts';
import { writeAtomically } from '../../adapters/atomic-write.ts';
import { replaceEdited } from '../../adapters/edited-file.ts';
import { editorSchema } from '../../adapters/editor-schemas.ts';
import { makeTeamsFolder } from '../../adapters/layout.ts';
import type { Diagnostic } from '../../domain/diagnostics.ts';
import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import type { Prd } from '../../domain/prd.ts';
import { printable } from '../../domain/printable.ts';
import { fail, ok, type Outcome, type Problem } from '../../domain/problem.ts';
import { shellPath } from '../../domain/shell-word.ts';
import { renderDiagnostics } from '../../report/diagnostics.ts';
import { paintFor } from '../../report/paint.ts';
import { FORMAT_NAMES, type ImportFormat } from '../../source/import/formats.ts';
import { loadPrd } from '../../source/load-prd.ts';
import { readText, type SourceText } from '../../source/text.ts';
import { withLock } from '../drive.ts';
import { type ImportResult, prepareImport } from '../import/prepare.ts';
import { originOf, readSource } from '../import/read-source.ts';
import { countsText, importJson, importText } from '../import/report.ts';
import { type Asking, canAsk, openAsking } from '../asking.ts';
import { isInside } from '../is-inside.ts';
import { type CommandContext, refuse, lookOf } from '../output.ts';
import { findRepository } from '../../adapters/find-repository.ts';

export interface ImportOptions extends CommandContext {
  /** `-`: the standard input. */
  readonly file: string;
  readonly format?: ImportFormat | undefined;
  readonly out?: string | undefined;
  readonly merge?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly stdin?: Readable;
  /** Tests answer themselves. */
  readonly asking?: Asking;
}

/** Makes a PRD from what other tools and people have written. Without a model: the same file gives the same PRD. */
export async function importCommand(options: ImportOptions): Promise<ExitCode> {
  const { cwd } = options;
  const source = await readSource(options.file, { cwd, stdin: options.stdin ?? process.stdin });
  if (!source.ok) return refuseFile(options, [source.error]);
  const repository = await findRepository(cwd);
  const root = repository.ok ? repository.value : cwd;
  const out = resolve(cwd, options.out ?? join(root, 'prd.json'));
  if (repository.ok && !isInside(root, out)) {
    return refuse(
      options,
      {
        code: 'prd-outside',
        what: 'the PRD would be outside of the repository',
        where: out,
        why: 'no run of this repository takes it there',
        fix: 'name a path inside, or type the command in the repository that it is for',
      },
      EXIT.usage,
    );
  }
  if (!isThere(dirname(out))) {
    return refuse(
      options,
      {
        code: 'no-folder',
        what: `there is no folder for ${relative(cwd, out)}`,
        fix: 'make it first: mkdir -p, then the same command again',
      },
      EXIT.usage,
    );
  }
  const there = await readText(out, relative(cwd, out));
  if (!there.ok && there.error.code !== 'file-not-found') return refuseFile(options, [there.error]);
  const before = there.ok ? (there.value.bom ? '\ufeff' : '') + there.value.text : null;
  const merges = before === null ? ok(false) : await whetherToMerge(options, relative(cwd, out));
  if (!merges.ok) return merges.error;
  const teams = await makeTeamsFolder(root);
  const place = { root, teams, out, before, merges: merges.value };
  return withLock(options, teams, 'import', () => importInto(options, place, source.value));
}

/** Whether to merge into the PRD that is there; otherwise it is replaced. Fails when it is to stay as it is. */
async function whetherToMerge(options: ImportOptions, name: string): Promise<Outcome<boolean, ExitCode>> {
  if (options.merge === true || options.yes === true) return ok(options.merge === true);
  const mayAsk = options.file !== '-' && options.json !== true && canAsk(options.env);
  const asking = options.asking ?? (mayAsk ? await openAsking('teams import') : null);
  if (asking === null) return fail(refuse(options, existsProblem(name, options), EXIT.usage));
  const choices = [
    {
      value: 'merge',
      label: 'merge into it',
      hint: 'what is there keeps its ids',
    },
    { value: 'replace', label: 'replace it', hint: 'the old one is kept aside' },
    { value: 'nothing', label: 'leave it as it is' },
  ] as const;
  const answer = await asking.choose<string>(`${name} is there already`, choices, 'merge');
  return answer === null || answer === 'nothing' ? fail(EXIT.interrupted) : ok(answer === 'merge');
}

interface Place {
  readonly root: string;
  readonly teams: string;
  readonly out: string;
  /** What is there already. */
  readonly before: string | null;
  readonly merges: boolean;
}

async function importInto(options: ImportOptions, place: Place, source: SourceText): Promise<ExitCode> {
  const { cwd, file, format, json } = options;
  const { root, teams, out, before, merges } = place;
  const name = relative(cwd, out);
  let target: { readonly prd: Prd; readonly text: string } | null = null;
  if (before !== null && merges) {
    const loaded = await loadPrd(out, { name });
    if (loaded.prd === null || loaded.text === null) return refuseFile(options, loaded.diagnostics);
    target = { prd: loaded.prd, text: before.replace(/^\ufeff/, '') };
  }
  const prepared = await prepareImport({
    source,
    format,
    originOf: (known) => originOf(file, cwd, out, known),
    target,
    schema: await editorSchema(root, 'prd', out),
    project: basename(dirname(out)) || 'Project',
  });
  if (!prepared.ok) return refuseFile(options, prepared.error);
  const result = prepared.value;
  const text =
    target !== null && before?.startsWith('\ufeff') === true ? `\ufeff${result.text}` : result.text;
  const aside = before === null || target !== null || before === text ? null : await keepAside(teams, before);
  const fix = 'type the same command again';
  const written = await replaceEdited({ path: out, before, kind: 'prd', fix }, text);
  if (!written.ok) return refuse(options, written.error, EXIT.environment);
  if (json === true) {
    const kept = aside === null ? {} : { replaced: relative(cwd, aside) };
    options.stdout(
      `${JSON.stringify({ ...importJson(result, source, name, format === undefined), ...kept })}\n`,
    );
    return EXIT.passed;
  }
  if (aside !== null)
    options.stderr(`the ${printable(name)} that was there is kept in ${printable(relative(cwd, aside))}\n`);
  options.stdout(
    told(options, result, source, {
      name,
      how: before === null ? 'written' : target === null ? 'replaced' : 'brought up to date',
      // Where commands look by themselves it need not be named.
      argument: out === join(root, 'prd.json') ? '' : ` ${shellPath(name)}`,
    }),
  );
  return EXIT.passed;
}

/** Named after what is in it: a second one does not take the place of the first. */
async function keepAside(teams: string, text: string): Promise<string> {
  const path = join(teams, `replaced-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.json`);
  await writeAtomically(path, text);
  return path;
}

function told(
  options: ImportOptions,
  result: ImportResult,
  source: SourceText,
  { name, how, argument }: { readonly name: string; readonly how: string; readonly argument: string },
): string {
  const paint = paintFor(options.color);
  const guessed =
    options.format === undefined ? `, read as ${FORMAT_NAMES[result.format]} (--format says otherwise)` : '';
  const what = `${paint.bold(printable(name))} is ${how}: ${countsText(result)}, from ${printable(source.file)}${guessed}.`;
  return `${importText(result, source, paint)}\n${what}\nnext: teams validate${argument} --lint, then teams run${argument} --dry-run\n`;
}

function refuseFile(options: ImportOptions, diagnostics: readonly Diagnostic[]): ExitCode {
  if (options.json === true) options.stdout(`${JSON.stringify({ v: 1, ok: false, diagnostics })}\n`);
  else options.stderr(renderDiagnostics(diagnostics, lookOf(options)));
  return EXIT.usage;
}

function existsProblem(name: string, { file, format, out }: ImportOptions): Problem {
  const as = format === undefined ? '' : ` --format ${format}`;
  const typed = `teams import ${file === '-' ? file : shellPath(file)}${as}`;
  const again = out === undefined ? typed : `${typed} --out ${shellPath(out)}`;
  const ways = [
    [`${again} --merge`, 'to add what is new and bring up to date what came from there'],
    [`${again} --yes`, 'to replace it'],
    [`${typed} --out FILE`, 'to write elsewhere'],
  ] as const;
  const width = Math.max(...ways.map(([command]) => command.length));
  return {
    code: 'prd-exists',
    what: `${name} is there already, and nothing was written`,
    fix: ['one of:', ...ways.map(([command, why]) => `    ${command.padEnd(width)}   ${why}`)].join('\n'),
  };
}
