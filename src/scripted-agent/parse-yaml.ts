// A module of its own so that it can be loaded late: bundled, a package in the older module format has no names of its own.
export { parse as parseYaml } from 'yaml';
