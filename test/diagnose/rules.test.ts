/** The course's own rules, as a set. What each of them fires on is the course gate's to hold. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../sandbox/diagnose/diagnose.ts';
import { faultsOf } from '../../sandbox/diagnose/rule.ts';
import type { Rule } from '../../sandbox/diagnose/rule.ts';
import { rules } from '../../sandbox/diagnose/rules.ts';
import { scene } from './facts.ts';

const folder = path.resolve(import.meta.dirname, '../../sandbox/diagnose/mistakes');
const files = fs.readdirSync(folder).filter((name) => name.endsWith('.ts')).sort();

test('are a sound set', () => {
  expect(faultsOf(rules)).toEqual([]);
  expect(rules.length).toBeGreaterThan(10);
});

test.each(files)('%s is imported, and its rules are of its lesson', async (file) => {
  const own = ((await import(path.join(folder, file))) as { rules: readonly Rule[] }).rules;
  for (const rule of own) {
    expect(rules).toContain(rule);
    expect(`${rule.lesson}.ts`).toBe(file);
  }
});

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test('has words', () => {
    expect(rule.title).toMatch(/\S/);
    for (const text of [rule.why, rule.look]) if (typeof text === 'string') expect(text.length).toBeGreaterThan(20);
  });

  test('stays silent where nothing is known', () => {
    const checks = rule.checks?.map((check) => (check.includes('/') ? check.split('/') : [rule.lesson, check])) ?? [[rule.lesson, 'any']];
    for (const [lesson = '', check = ''] of checks) {
      for (const runs of [[], [{}], [{ asked: { flags: [], command: ['true'] } }]]) {
        expect(diagnose(scene(runs, { lesson, check }), [rule])).toEqual({ evidence: [], fired: [], broken: [] });
      }
    }
  });
});
