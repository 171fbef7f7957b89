import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Links in a JSON file. Whoever reads it sees the old list or the new one. */
export function openStore(file) {
  let links = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  let last = Math.max(0, ...links.map(({ id }) => id));
  const save = (next) => {
    writeFileSync(`${file}.new`, JSON.stringify(next));
    renameSync(`${file}.new`, file);
    links = next;
  };
  return {
    all: () => links,
    find: (id) => links.find((link) => link.id === id),
    add(link) {
      const added = { id: ++last, ...link };
      save([...links, added]);
      return added;
    },
    replace: (id, link) => save(links.map((old) => (old.id === id ? link : old))),
    remove: (id) => save(links.filter((link) => link.id !== id)),
  };
}
