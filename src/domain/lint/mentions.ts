import type { EpicSubject, Place } from './finding.ts';

export interface Mention {
  /** What is compared: a path, or `module x`. */
  readonly key: string;
  readonly at: Place;
}

const CODE =
  'tsx?|[cm]ts|jsx?|[cm]js|py|go|rs|java|kts?|swift|rb|php|cs|cc|cpp|hpp|scala|clj|exs?|erl|hs|lua|sql|prisma|graphql|proto|vue|svelte|astro|s?css|sass|less|sh|ps1|tf';
/** Also written and read by programs as data, so that only a path makes them a file of the repository. */
const TEXT = 'json|ya?ml|toml|html?|xml|ini|cfg';

const NAME = '[\\w@.-]{1,80}';
/** A word of prose may have a slash too ("client/server"): without an extension only these begin a path. */
const ROOTS = `(?:src|lib)/${NAME}|(?:packages|apps|crates|pkg|cmd|internal|app|server|client)/${NAME}/${NAME}`;
const PATH = new RegExp(
  `(?<![\\w@:/.\\\\*{}<>-])(?:(?:\\.{1,2}/)?(?:${NAME}/){1,12}${NAME}\\.(?:${CODE}|${TEXT})|[\\w-]{1,80}(?:\\.[\\w-]{1,40})?\\.(?:${CODE})|(?:\\./)?(?:${ROOTS})(?:/${NAME}){0,10}/?)(?![\\w/*{}<>-]|\\.\\w)`,
  'g',
);

/** Products that are called like a file. */
const PRODUCTS = new Set(
  'node next vue nuxt react angular express three d3 chart ember backbone alpine discord moment day socket p5 plotly handlebars mustache pixi ember solid nest knockout meteor electron phaser paper matter hapi koa sails strapi tensorflow brain fabric konva video hls pdf highlight prism ace require anime typed reveal'.split(
    ' ',
  ),
);

/** Written by nearly every epic, and merged by git without trouble or made anew. */
const EVERYBODYS =
  /^(?:docs?|test|tests|spec)\/|(?:^|\/)(?:readme|changelog|contributing|package(?:-lock)?|pnpm-lock|tsconfig|prd|docker-compose|compose|openapi)\.[^/]*$/i;

/** In one folder or another: without a folder nobody knows which. */
const ANYWHERE =
  /^(?:index|main|mod|lib|types?|utils?|helpers?|constants?|config|page|layout|routes?|styles?|setup|__init__|conftest)\.[^/]*$/i;

const MODULE =
  /\b(?:the |its |our )([\p{L}][\w-]{2,40}) module\b|`([\w./@-]{2,60})` (?:module|package)\b|\b(?:module|package) `([\w./@-]{2,60})`/giu;
const ANY_MODULE = new Set(
  'this that new same other whole each every first second main node npm native core own right wrong python current following shared common single separate existing imported'.split(
    ' ',
  ),
);

/** What comes before a file that is there already and only used. */
const READ =
  /\b(?:existing|reus(?:es?|ing)|us(?:es?|ing)|imports?|imported from|see|follow(?:s|ing)?|(?:as|like) in|according to|via|calls?)\b[^.;,]{0,24}$/i;

/** Files, folders and modules that an epic names, each once, where it names them first. */
export function mentionsOf({ epic, path, stories }: EpicSubject): ReadonlyMap<string, Mention> {
  const found = new Map<string, Mention>();
  const look = (text: string, place: Place['path']): void => {
    for (const match of withoutAddresses(text).matchAll(PATH)) {
      if (READ.test(text.slice(Math.max(0, match.index - 40), match.index))) continue;
      const file = match[0].replace(/[./]+$/, '');
      add(fileKey(file), place, match.index, file.length);
    }
    for (const match of text.matchAll(MODULE)) {
      const name = (match[1] ?? match[2] ?? match[3] ?? '').toLowerCase();
      if (!ANY_MODULE.has(name)) add(`the module ${name}`, place, match.index, match[0].length);
    }
  };
  const add = (key: string | null, place: Place['path'], start: number, length: number): void => {
    if (key === null || found.has(key)) return;
    found.set(key, { key, at: { path: place, within: { start, end: start + length } } });
  };
  look(epic.title, [...path, 'title']);
  look(epic.description, [...path, 'description']);
  for (const { story, path: at } of stories) {
    look(story.title, [...at, 'title']);
    look(story.description, [...at, 'description']);
    for (const [index, criterion] of story.acceptanceCriteria.entries()) {
      look(criterion, [...at, 'acceptanceCriteria', index]);
    }
  }
  return found;
}

/** Addresses and calls of an API look like paths. Positions stay. */
const withoutAddresses = (text: string): string =>
  text.replace(
    /\b[a-z][a-z+.-]{1,12}:\/\/\S+|\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S+|\bwww\.\S+|[\w.+-]{1,64}@\S+/g,
    (address) => ' '.repeat(address.length),
  );

/** One spelling for each file; null for what is no file of one epic alone. */
function fileKey(text: string): string | null {
  const key = text.replace(/^\.\//, '');
  if (key.includes('..') || EVERYBODYS.test(key) || ANYWHERE.test(key)) return null;
  if (!key.includes('/') && PRODUCTS.has(key.slice(0, key.indexOf('.')).toLowerCase())) return null;
  return key;
}
