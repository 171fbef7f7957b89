import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHtml } from '../src/markdown.js';

test('blocks', () => {
  assert.equal(toHtml('- one\n- two\n\nText'), '<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<p>Text</p>');
});

test('marks, and none in code', () => {
  assert.equal(
    toHtml('*a* **b** [c](d.html)'),
    '<p><em>a</em> <strong>b</strong> <a href="d.html">c</a></p>',
  );
  assert.equal(toHtml('`*a* <b>`'), '<p><code>*a* &lt;b&gt;</code></p>');
});

test('no HTML of an author reaches a page', () => {
  assert.equal(toHtml('<b>bold</b>'), '<p>&lt;b&gt;bold&lt;/b&gt;</p>');
});
