import { relative } from 'node:path';

/** A name such as `..notes` is one inside. */
export const isInside = (folder: string, path: string): boolean =>
  !/^\.\.(?:[/\\]|$)/.test(relative(folder, path));
