import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { large } from './large.ts';
import { makespan } from './makespan/measure.ts';
import { memoryUse } from './memory.ts';
import { overhead } from './overhead/measure.ts';
import type { Row } from './measure.ts';
import { silent } from './silence.ts';
import { startup } from './startup.ts';
import { meetsBar, report, table } from './table.ts';

const MEASURES = [makespan, overhead, silent, memoryUse, startup, large];
const DOCS = 'docs/benchmarks.md';
const MARKERS = /(<!-- table: npm run bench -- --write -->\n)[^]*(<!-- end of table -->)/;

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, write: { type: 'boolean' } },
});
const wanted = values.only ?? MEASURES.map(({ name }) => name);
const unknown = wanted.filter((name) => !MEASURES.some((measure) => measure.name === name));
if (unknown.length > 0 || (values.write === true && values.only !== undefined)) {
  console.error(`usage: npm run bench -- [--write | --only ${MEASURES.map(({ name }) => name).join('|')}]`);
  process.exit(2);
}

const begin = performance.now();
const rows: Row[] = [];
for (const measure of MEASURES) {
  if (!wanted.includes(measure.name)) continue;
  console.error(`measuring ${measure.name} …`);
  rows.push(...(await measure.run()));
}
console.log(table(rows));
console.error(`took ${Math.round((performance.now() - begin) / 1000)} s`);
if (values.write === true) {
  const text = readFileSync(DOCS, 'utf8');
  if (!MARKERS.test(text)) throw new Error(`${DOCS} has lost the markers of its table`);
  writeFileSync(
    DOCS,
    text.replace(
      MARKERS,
      (_, open: string, close: string) => `${open}\n${report(rows, MEASURES)}\n\n${close}`,
    ),
  );
}
process.exitCode = rows.every(meetsBar) ? 0 : 1;
