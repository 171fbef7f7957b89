import { existsSync } from 'node:fs';
import type { Config } from '../domain/config.ts';
import { type Redaction, redactor, type StreamRedactor } from './process/redactor.ts';

/** Names of variables that hold secrets. Who commits (`GIT_AUTHOR_NAME`) is none, nor is the name of a git setting. */
const SECRET = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|AUTH(?!OR(?!IZ))|CREDENTIAL|COOKIE|_PAT$|_PWD$/i;
const NO_SECRET = /^GIT_CONFIG_KEY_\d+$|^(PATH|HOME|SHELL|USER|LOGNAME|TMPDIR)$/;
/** A header in a variable of several, such as `ANTHROPIC_CUSTOM_HEADERS`; how the rest is meant is said first. */
const HEADERS = /HEADERS?$/i;
const HEADER = /^\s*([\w-]+)\s*[:=]\s*(?:(?:Bearer|Basic|Token)\s+)?(.+)$/i;
/** The password of an address such as that of a proxy or of a database. */
const PASSWORD_IN_URL = /:\/\/[^\s/:@]*:([^\s/@]+)@/g;
/** Shorter ones would be found in the middle of anything. In characters. */
const SHORTEST = 8;

/** What must not be in anything that `teams` writes or shows. */
export interface Secrets {
  readonly text: (text: string) => string;
  readonly stream: () => StreamRedactor;
}

/**
 * The secrets in the environment of `teams`, and so in that of sessions and checks: by the names of their variables, and
 * whatever `env` of a backend of the configuration hands on.
 */
export function secretsOf(
  { backends }: Pick<Config, 'backends'>,
  env: NodeJS.ProcessEnv = process.env,
): Secrets {
  const handedOn = Object.values(backends).flatMap((backend) => ('env' in backend ? backend.env : []));
  const found = new Map<string, string>();
  const add = (name: string, raw: string): void => {
    const value = raw.trim();
    // What is in a file is secret, not where it is: SSH_AUTH_SOCK, GOOGLE_APPLICATION_CREDENTIALS.
    if (value.length < SHORTEST || (value.startsWith('/') && existsSync(value))) return;
    for (const form of formsOf(value)) if (!found.has(form)) found.set(form, name);
  };
  for (const [name, value = ''] of Object.entries(env)) {
    if (!NO_SECRET.test(name) && (SECRET.test(name) || handedOn.includes(name))) add(name, value);
    for (const [, password = ''] of value.matchAll(PASSWORD_IN_URL)) add(name, password);
    if (HEADERS.test(name)) for (const secret of secretsInHeaders(value)) add(name, secret);
  }
  const redaction: Redaction[] = [...found].map(([secret, name]) => ({
    secret: Buffer.from(secret),
    // Programs may have variables with any name; this one ends up in lines of JSON.
    replacement: Buffer.from(`[redacted: ${name.replace(/\W/g, '_')}]`),
  }));
  return {
    text: (text) => {
      const all = redactor(redaction);
      return Buffer.concat([all.push(Buffer.from(text)), all.end()]).toString('utf8');
    },
    stream: () => redactor(redaction),
  };
}

/** One per line, or some with commas between them: then a part of a line is a secret too. */
const secretsInHeaders = (value: string): readonly string[] =>
  [...value.split('\n'), ...value.split(/[\n,]/)].flatMap((line) => {
    const [, header = '', secret = ''] = HEADER.exec(line) ?? [];
    return SECRET.test(header) ? secret : [];
  });

/** As it is, as a part of JSON, and as a part of an address. */
const formsOf = (value: string): ReadonlySet<string> =>
  new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
