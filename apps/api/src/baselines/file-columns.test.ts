import { expect, it } from 'vitest';

import { columnFault } from './file-columns.js';

it.each([
  [['a', 'b'], undefined],
  [['a', ''], 'column 2 has no name'],
  [['a', 'b', 'a'], "column 'a' is there twice"],
  [['a\nb'], 'control character'],
  [['x'.repeat(300)], 'longer than 256'],
  [Array.from({ length: 4_001 }, (_, i) => `c${i}`), 'has 4001 columns'],
])('%#', (columns, message) => {
  if (message === undefined) expect(columnFault(columns)).toBeUndefined();
  else expect(columnFault(columns)?.message).toContain(message);
});
