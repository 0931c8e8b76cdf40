/** An X-ray as it came over the line. A file of its own: it is loaded with the first X-ray, and costs the tutor's start nothing. */
import * as v from 'valibot';
import { type Xray, XraySchema } from '../../sandbox/wire/xray.ts';

/** Throws ValiError where it has another form: what learner code runs beside has no say in it, but the line is shared. */
export function readXray(value: unknown): Xray {
  return v.parse(XraySchema, value);
}
