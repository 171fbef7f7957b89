import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** As code hosts make anchors of headings. */
const anchorsOf = (markdown: string): readonly string[] =>
  [...withoutCode(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

const withoutCode = (markdown: string): string => markdown.replace(/^```.*?^```/gms, '');

test('every link from one file of the documentation to another leads somewhere', () => {
  const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((page) => join('docs', page));
  const broken = ['README.md', 'tests/conformance/README.md', ...pages]
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      const links = withoutCode(readFileSync(file, 'utf8')).matchAll(/\]\((?!https?:)([^)\s]+)\)/g);
      return [...links].flatMap(([, link = '']) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? file : join(dirname(file), path);
        if (!existsSync(target)) return [`${file}: ${link}`];
        if (anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor)) return [];
        return [`${file}: ${link}`];
      });
    });
  expect(broken).toEqual([]);
});
