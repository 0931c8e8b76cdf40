/** Drydock's entry: wiring only. */
import { dispatch } from './cli/dispatch.ts';
import { realWorld } from './cli/world.ts';

process.exitCode = await dispatch(process.argv.slice(2), realWorld());
