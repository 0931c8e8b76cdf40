/**
 * `npm run picture`: runs the tutor in a terminal, with the private kernel, and draws what it shows to docs/.
 *
 *   npm run picture              every picture
 *   npm run picture -- trace     those of one scene
 *
 * What a kernel has to say in them, a kernel has said, mostly of boxes with one of the course's named mistakes. Only how far their learner
 * is in the course is written into the progress file.
 */
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../e2e/tutor.ts';
import { scenes } from './scenes.ts';
import { screenToSvg } from './svg.ts';

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(scenes, name));
if (unknown !== undefined) {
  console.error(`drydock: there is no scene ${unknown}; there are ${Object.keys(scenes).join(', ')}`);
  process.exit(2);
}
for (const [name, scene] of Object.entries(scenes)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  await scene((terminal, picture, title) => {
    const file = path.join(root, 'docs', `${picture}.svg`);
    fs.writeFileSync(file, screenToSvg(terminal, title));
    console.log(`wrote ${path.relative(process.cwd(), file)}`);
  });
}
