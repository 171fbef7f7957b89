const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escape = (text) => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign]);

/** Markdown as HTML: headings and paragraphs. */
export function toHtml(markdown) {
  return markdown
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .map(blockToHtml)
    .join('\n');
}

function blockToHtml(block) {
  const heading = /^(#{1,3}) (.+)$/.exec(block);
  if (heading !== null) return `<h${heading[1].length}>${escape(heading[2])}</h${heading[1].length}>`;
  return `<p>${escape(block)}</p>`;
}

/** The text of the first heading. */
export const titleOf = (markdown) => /^# (.+)$/m.exec(markdown)?.[1] ?? 'Untitled';
