export { ago } from './src/ago.js';
export { format } from './src/format.js';
export { parse } from './src/parse.js';
