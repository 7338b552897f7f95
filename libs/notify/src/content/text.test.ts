import { describe, expect, it } from 'vitest';

import { formatCount, formatEvidence, formatNumber } from './numbers.js';
import { escapeHtml, escapeSlack, oneLine, safeLink } from './text.js';
import { formatTime, formatWindow } from './times.js';

describe('oneLine', () => {
  it.each([
    ['a\r\nBcc: x@y', 'a Bcc: x@y'],
    ['nul\u0000 and \ud800 half', 'nul  and   half'],
    ['txt\u202egpj.exe', 'txt gpj.exe'],
    ['  trimmed\u2028 ', 'trimmed'],
    ['中国 ✈ é', '中国 ✈ é'],
    ['👩‍🚀 stays', '👩‍🚀 stays'],
  ])('%j', (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  it('cuts between characters, never inside one', () => {
    expect(oneLine('✈️'.repeat(3) + '😀😀😀', 8)).toBe('✈️✈️✈️😀…');
  });
});

describe('escapes', () => {
  it('takes the meaning from markup', () => {
    expect(escapeSlack('<!channel> & <@U1>')).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt;');
    expect(escapeHtml(`<img src="x" onerror='y'>`)).toBe('&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;');
  });

  it.each([
    ['http://host/a?b=1&c=2', 'http://host/a?b=1&c=2'],
    ['https://host/a|b>c"d', 'https://host/a%7Cb%3Ec%22d'],
    ['javascript:alert(1)', ''],
    ['not an address', ''],
  ])('link %s', (address, expected) => {
    expect(safeLink(address)).toBe(expected);
  });
});

describe('numbers', () => {
  it.each([
    [0.2, '0.2'],
    [1.13777, '1.14'],
    [0.000123456, '0.000123'],
    [14880.6, '14,881'],
    [0, '0'],
    [null, '–'],
    [Number.NaN, '–'],
    [Infinity, '–'],
  ])('%d is %s', (value, expected) => {
    expect(formatNumber(value)).toBe(expected);
  });

  it('counts and evidence', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect([null, 0, 0.0009, 0.001, 0.04].map(formatEvidence)).toEqual([
      'exact',
      'p < 0.001',
      'p < 0.001',
      'p = 0.001',
      'p = 0.040',
    ]);
  });
});

describe('times', () => {
  const zone = 'America/New_York';
  it.each([
    ['a day', '2001-05-03T04:00:00Z', '2001-05-04T04:00:00Z', zone, '3 May 2001 (America/New_York)'],
    [
      'a day of 23 hours',
      '2001-04-01T05:00:00Z',
      '2001-04-02T04:00:00Z',
      zone,
      '1 Apr 2001 (America/New_York)',
    ],
    [
      'a week',
      '2001-05-03T04:00:00Z',
      '2001-05-10T04:00:00Z',
      zone,
      '3 May 2001 – 9 May 2001 (America/New_York)',
    ],
    ['an hour', '2001-05-03T14:00:00Z', '2001-05-03T15:00:00Z', 'UTC', '3 May 2001, 14:00 – 15:00 (UTC)'],
    [
      'over midnight',
      '2001-05-03T23:00:00Z',
      '2001-05-04T01:00:00Z',
      'UTC',
      '3 May 2001, 23:00 – 4 May 2001, 01:00 (UTC)',
    ],
    [
      'an unknown zone',
      '2001-05-03T14:00:00Z',
      '2001-05-03T15:00:00Z',
      'Mars/Base',
      '3 May 2001, 14:00 – 15:00 (UTC)',
    ],
    ['no times', 'x', 'y', 'UTC', 'x – y'],
  ])('%s', (_, start, end, timeZone, expected) => {
    expect(formatWindow({ start, end, timeZone })).toBe(expected);
  });

  it('a moment', () => {
    expect(formatTime('2001-05-04T05:00:00Z', zone)).toBe('4 May 2001, 01:00');
    expect(formatTime('whenever', zone)).toBe('whenever');
  });
});
