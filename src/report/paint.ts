import { Chalk, type ChalkInstance } from 'chalk';

export type Paint = ChalkInstance;

/** Sixteen colours, so that the person's own palette decides how they look; none when `color` is false. */
export const paintFor = (color: boolean): Paint => new Chalk({ level: color ? 1 : 0 });
