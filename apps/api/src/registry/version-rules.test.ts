import type { Feature, VersionBody } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { versionErrors } from './version-rules.js';

const feature = (
  name: string,
  type: Feature['type'] = 'numeric',
  role: Feature['role'] = 'input',
): Feature => ({ name, type, role });
const version = (features: Feature[], status: VersionBody['status'] = 'registered'): VersionBody => ({
  model: 'm',
  version: '1',
  status,
  features,
});
const [a, b, c] = [feature('a'), feature('b', 'categorical'), feature('c')];

describe('versionErrors', () => {
  const cases: [string, VersionBody | null, VersionBody, string[]][] = [
    ['the first schema', null, version([a]), []],
    ['the same', version([a, b]), version([a, b]), []],
    ['appended', version([a, b]), version([a, b, c]), []],
    ['another role', version([a]), version([feature('a', 'numeric', 'context')]), []],
    ['registered', version([a], 'draft'), version([a]), []],
    ['removed at the end', version([a, b]), version([a]), ['features.1']],
    ['removed at the start', version([a, b]), version([b]), ['features.0', 'features.1']],
    ['swapped', version([a, b]), version([b, a]), ['features.0', 'features.1']],
    ['retyped', version([a]), version([feature('a', 'categorical')]), ['features.0.type']],
    ['back to a draft', version([a]), version([a], 'draft'), ['status']],
  ];
  it.each(cases)('%s', (_, current, next, fields) => {
    expect(versionErrors(current, next).map(({ field }) => field)).toEqual(fields);
  });

  it('tells a removal from a move', () => {
    const [moved, removed] = versionErrors(version([a, b, c]), version([c, a]));
    expect(moved?.message).toContain("'a' has moved to position 1");
    expect(removed?.message).toContain("'b' was left out");
  });
});
