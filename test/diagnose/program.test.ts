import fc from 'fast-check';
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { machines, PROGRAM_HEAD, programOf } from '../../sandbox/diagnose/program.ts';

test.each([
  ['#!/bin/sh\necho', { kind: 'script', interpreter: '/bin/sh' }],
  ['#! /usr/bin/env  node --x \nrest', { kind: 'script', interpreter: '/usr/bin/env', argument: 'node --x' }],
  ['#!/bin/sh\r\necho', { kind: 'script', interpreter: '/bin/sh\r' }],
  ['#!/no/newline', { kind: 'script', interpreter: '/no/newline' }],
  ['#!\n', { kind: 'unknown' }],
  ['echo hello\n', { kind: 'unknown' }],
  ['\x7fELF', { kind: 'unknown' }],
  ['', { kind: 'empty' }],
])('%j', (head, program) => {
  expect(programOf(Buffer.from(head, 'latin1'))).toEqual(program);
});

test('a program of this machine names its loader, which is there', () => {
  const program = programOf(fs.readFileSync(process.execPath).subarray(0, PROGRAM_HEAD));
  expect(program).toMatchObject({ kind: 'elf', loader: expect.stringMatching(/^\/lib/) });
  if (program.kind !== 'elf') throw new Error('not an ELF file');
  expect(machines[program.machine]).toBe({ x64: 'x86_64', arm64: 'aarch64' }[process.arch as string]);
  expect(fs.existsSync(program.loader ?? '')).toBe(true);
});

test('a damaged header is no reason to throw', () => {
  const real = fs.readFileSync(process.execPath).subarray(0, 512);
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(511), fc.nat(255))), fc.nat(512), (damage, length) => {
    const head = Buffer.from(real.subarray(0, length));
    for (const [at, byte] of damage) if (at > 3 && at < head.length) head[at] = byte;
    expect(programOf(head)).toHaveProperty('kind');
  }));
});
