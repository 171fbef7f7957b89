import { posix, win32 } from 'node:path';
import { BUILT_IN_BACKENDS } from '../domain/backend-names.ts';
import { parseDuration, PLACEHOLDERS } from '../domain/config.ts';
import type { Report } from './config-issues.ts';
import { valueAt } from './config-keys.ts';
import { isRecord, quote } from './findings.ts';
import { nearMiss } from '../domain/near-miss.ts';

/** Timers cannot wait longer than 596 hours and would go off at once. In hours. */
const LONGEST = 500;

/** Rules that a schema cannot express, for the values of one flag, variable or file. */
export function checkValues(
  values: unknown,
  backends: Readonly<Record<string, unknown>>,
  report: Report,
): void {
  checkBackend(['backend'], valueAt(values, 'backend'), backends, report);
  for (const group of ['teamLead', 'finalValidator']) {
    checkBackend(['backendFor', group], valueAt(values, `backendFor.${group}`), backends, report);
  }
  const fallback = valueAt(values, 'fallback');
  for (const [index, name] of (Array.isArray(fallback) ? fallback : []).entries()) {
    checkBackend(['fallback', index], name, backends, report);
  }
  checkBase(valueAt(values, 'base'), report);
  checkDurations(valueAt(values, 'timeouts'), report);
  checkCopies(valueAt(values, 'copy'), report);
  checkCommands(valueAt(values, 'backends'), report);
}

function checkBackend(
  path: readonly (string | number)[],
  backend: unknown,
  backends: Readonly<Record<string, unknown>>,
  report: Report,
): void {
  if (typeof backend !== 'string' || backend === '') return;
  if (backend === 'scripted' && valueAt(backends, 'scripted.script') === undefined) {
    report({
      path,
      part: 'value',
      code: 'missing-field',
      message: 'the backend "scripted" needs backends.scripted.script, the path of what it plays',
      fix: 'add to teams.config.yml: backends: { scripted: { script: path/to/script.yml } }',
    });
    return;
  }
  const names = [...new Set([...BUILT_IN_BACKENDS, ...Object.keys(backends)])];
  if (names.includes(backend)) return;
  const near = nearMiss(backend, names);
  report({
    path,
    part: 'value',
    code: 'unknown-backend',
    message: `the backend ${quote(backend)} is not known`,
    fix: near === null ? `use ${names.join(', ')}, or describe it under backends` : `did you mean "${near}"?`,
  });
}

function checkBase(base: unknown, report: Report): void {
  // Git would read it as an option.
  if (typeof base !== 'string' || !/^-|[\u0000-\u001f\u007f]/.test(base)) return;
  const message = `base is ${quote(base)}, which is no branch, tag or commit`;
  report({
    path: ['base'],
    part: 'value',
    code: 'invalid-value',
    message,
    fix: 'name a branch, a tag or a commit',
  });
}

function checkDurations(timeouts: unknown, report: Report): void {
  if (!isRecord(timeouts)) return;
  for (const [key, value] of Object.entries(timeouts)) {
    const duration = typeof value === 'string' ? parseDuration(value) : null;
    if (duration === null || (duration > 0 && duration <= LONGEST * 3_600_000)) continue;
    const rule = duration > 0 ? `longer than ${LONGEST}h` : 'not longer than zero';
    report({
      path: ['timeouts', key],
      part: 'value',
      code: 'out-of-range',
      message: `timeouts.${key} is ${quote(value)}, which is ${rule}`,
      fix: 'write a duration such as 90s, 30m or 2h',
    });
  }
}

function checkCopies(copies: unknown, report: Report): void {
  if (!Array.isArray(copies)) return;
  for (const [index, path] of copies.entries()) {
    if (typeof path !== 'string' || path === '') continue;
    const reason = whyNotCopied(path);
    if (reason === null) continue;
    report({
      path: ['copy', index],
      part: 'value',
      code: 'unsafe-path',
      message: `copy: ${quote(path)} ${reason}`,
      fix: 'name a file by its path from the root of the repository',
    });
  }
}

function whyNotCopied(path: string): string | null {
  const normal = posix.normalize(path);
  if (path.includes('\0')) return 'has a NUL character';
  if (posix.isAbsolute(path) || win32.isAbsolute(path)) return 'is an absolute path';
  if (/^\.\.(\/|$)/.test(normal)) return 'leads out of the repository';
  if (/^\.\/?$/.test(normal)) return 'is the repository itself';
  if (/^\.(git|teams)(\/|$)/i.test(normal)) return 'belongs to git or to teams';
  return null;
}

/** Other braces may be meant for the program; one that is nearly a placeholder hardly is. */
function checkCommands(backends: unknown, report: Report): void {
  if (!isRecord(backends)) return;
  for (const [backend, { command }] of Object.entries(backends).filter(isNamedRecord)) {
    if (!Array.isArray(command)) continue;
    for (const [index, argument] of command.entries()) {
      const braces = typeof argument === 'string' ? argument.matchAll(/\{([\w-]+)\}/g) : [];
      for (const [written, name = ''] of braces) {
        const near = nearMiss(name, PLACEHOLDERS);
        if (near === null || near === name) continue;
        report({
          path: ['backends', backend, 'command', index],
          part: 'value',
          severity: 'warning',
          code: 'misspelt-placeholder',
          message: `${written} is no placeholder, so the command gets it as it is`,
          fix: `did you mean {${near}}?`,
        });
      }
    }
  }
}

const isNamedRecord = (entry: [string, unknown]): entry is [string, Record<string, unknown>] =>
  isRecord(entry[1]);
