/** `drydock doctor`: what works here, what does not, and the remedy. */
import { Exit } from '../errors.ts';
import { wrapText } from '../lesson/text.ts';
import { wantsColour } from '../report/index.ts';
import type { Command, Context } from './command.ts';
import { gatherFacts } from './doctor/facts.ts';
import { type Finding, findings } from './doctor/findings.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { textWidth } from './learner.ts';

export const command: Command = {
  name: 'doctor',
  summary: 'what works on this machine, what does not, and the remedy',
  usage: ['doctor [--json] [--kernel auto|uml|here]'],
  options: {
    json: { type: 'boolean', help: 'one JSON object instead of text' },
    kernel: kernelOption,
  },
  description: ['Boots the private kernel if it is set up, and downloads nothing. The exit status is 0 if lessons can be judged here, else 3.'],
  examples: [
    { type: 'drydock doctor', does: 'looks at everything' },
    { type: 'drydock doctor --json', does: 'the same, for a bug report' },
  ],
  most: 0,
  run: async (context) => {
    const found = findings(await gatherFacts(context, chosenKernel(context)));
    const ready = !found.some((finding) => finding.state === 'blocked');
    if (context.values['json']) context.print(JSON.stringify({ schema: 'drydock.doctor/1', ready, findings: found }));
    else printFindings(context, found, ready);
    return ready ? Exit.done : Exit.cannotRun;
  },
};

/** The states in words, all equally wide, and in colour where that is welcome. */
const words: Record<Finding['state'], { word: string; colour: number }> = {
  ok: { word: 'ok     ', colour: 32 },
  note: { word: 'note   ', colour: 33 },
  blocked: { word: 'BLOCKED', colour: 31 },
};

function printFindings(context: Context, found: readonly Finding[], ready: boolean): void {
  const colour = wantsColour(context.stdout, context.env);
  const left = Math.max(...found.map((finding) => finding.title.length)) + 2;
  const deep = ' '.repeat(9 + left);
  for (const finding of found) {
    const { word, colour: code } = words[finding.state];
    const lines = wrapText(finding.found, textWidth(context) - deep.length);
    context.print(`${colour ? `\u001b[${code}m${word}\u001b[39m` : word}  ${finding.title.padEnd(left)}${lines[0] ?? ''}`);
    for (const line of lines.slice(1)) context.print(deep + line);
    for (const remedy of finding.remedy) {
      wrapText(remedy, textWidth(context) - deep.length - 2).forEach((line, index) => context.print(`${deep}${index ? '  ' : '→ '}${line}`));
    }
  }
  context.print();
  const missing = found.some((finding) => finding.id === 'kernel' && finding.state !== 'ok');
  if (!ready) context.print('Lessons can be read here, but not judged: see what is BLOCKED.');
  else context.print(missing ? 'Nothing stands in the way; the kernel is still to be set up.' : 'Lessons can be judged here.');
}
