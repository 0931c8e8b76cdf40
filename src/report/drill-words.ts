/** What a drill says, in the command and on the tutor's screen alike. No more than words: the screen's first frame has them in it. */
/** Every sentence of a drill. */
export const drillWords = {
  intro: {
    yours: (lesson: string) => `Drill on ${lesson}: one thing is broken in a copy of your box. Your own files are as they were.`,
    reference: (lesson: string) => `Drill on ${lesson}: one thing is broken in a copy of the reference’s box.`,
  },
  because: {
    'no box': 'It is not yours, since there is no box in your workspace.',
    'does not pass': 'It is not yours, since yours does not pass this lesson as it is now.',
    'does not fit': 'It is not yours, since none of the mistakes that were tried fits into the way yours is written.',
  },
  seen: 'What is seen',
  which: 'Which of these is it?',
  lookAround: 'Look for yourself',
  shell: ['drydock drill --shell', 'a shell in which `box` is the broken one: what was done can be pasted'],
  xray: ['drydock xray', 'what the kernel says of what runs in that shell, from another terminal'],
  answerBy: ['drydock drill --answer N', 'your answer, and then the proof'],
  right: (title: string) => `Right: ${title}.`,
  wrong: (answer: number, title: string) => `Not so. It is ${answer}: ${title}.`,
  changed: 'What was changed (- as it worked, + broken)',
  score: (lesson: string, right: number, of: number) => `Drills on ${lesson}: ${right} of ${of} found.`,
  again: (number: number) => `drydock drill ${number} --new   another one`,
  works: 'Seeing whether your box works as it is.',
  breaks: 'Breaking something, and seeing whether it shows.',
  prompt: (count: number) => `1–${count} answers, s opens a shell beside it, q leaves it for later: `,
  later: 'It stays open: drydock drill shows it again.',
} as const;
