const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escape = (text) => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign]);

/** Markdown as HTML: headings, paragraphs, lists, emphasis, links and code. */
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
  if (heading !== null) return `<h${heading[1].length}>${inline(heading[2])}</h${heading[1].length}>`;
  const lines = block.split('\n');
  if (lines.every((line) => line.startsWith('- '))) {
    return `<ul>\n${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join('\n')}\n</ul>`;
  }
  return `<p>${inline(block)}</p>`;
}

/** What is inside of code is left as it is. */
function inline(text) {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`') && part.length > 1
        ? `<code>${escape(part.slice(1, -1))}</code>`
        : marks(escape(part)),
    )
    .join('');
}

const marks = (text) =>
  text
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\*([^*]+)\*/g, '<em>$1</em>');

/** The text of the first heading. */
export const titleOf = (markdown) => /^# (.+)$/m.exec(markdown)?.[1] ?? 'Untitled';
