import { createContext } from 'react';
import type { Paint } from '../theme.ts';

/** Whether this terminal is painted in colours, and whether it knows links. */
export const PaintContext = createContext<Paint>({ color: false, links: false });
