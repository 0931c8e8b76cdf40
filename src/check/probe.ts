/** What this machine has of what a kernel needs, for `drydock doctor`. */
export { probeMachine } from '../../sandbox/launch/probe.ts';
export type { MachineFacts, NamespaceObstacle } from '../../sandbox/launch/probe.ts';
