import { expect, test } from 'vitest';
import { isLeaf } from '../../sandbox/wall/wall.ts';

test.each([['/shell', true], ['/shell-2', true], ['/shell-17', true], ['/shell/a', false], ['/shell-', false], ['/a/shell', false], ['/box', false]])('%s is a leaf of the judge\'s: %s', (path, leaf) => {
  expect(isLeaf(path)).toBe(leaf);
});
