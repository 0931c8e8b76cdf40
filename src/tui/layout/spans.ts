/** A lesson's inline text as segments. */
import type { Span } from '../../lesson/types.ts';
import { type Role, type Segment, seg } from '../text/line.ts';

/** `spans` as segments; a link shows its address, and keeps it for terminals that can follow it (OSC 8). */
export function segmentsOf(spans: readonly Span[], role: Role = 'text'): Segment[] {
  return spans.flatMap((span): Segment[] => {
    switch (span.kind) {
      case 'text':
        return [seg(span.text, role)];
      case 'code':
        return [seg(span.text, 'code')];
      case 'strong':
        return segmentsOf(span.spans, 'strong');
      case 'emphasis':
        return segmentsOf(span.spans, 'emphasis');
      case 'link':
        return link(span.spans, span.href);
    }
  });
}

function link(spans: readonly Span[], href: string): Segment[] {
  const words = segmentsOf(spans, 'link').map((part) => ({ ...part, href }));
  const says = words.map((part) => part.text).join('');
  return says === href ? words : [...words, seg(` (${href})`, 'label')];
}
