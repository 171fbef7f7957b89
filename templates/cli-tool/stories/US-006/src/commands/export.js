import { load } from '../store.js';

export const usage = 'todo export';
export const about = 'prints the list as Markdown';

export const run = () => load().map(({ text, done }) => `- [${done ? 'x' : ' '}] ${text}`);
