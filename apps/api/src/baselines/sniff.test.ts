import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkColumns } from './file-columns.js';
import { csvHeader, sniff, type BaselineFormat } from './sniff.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sniff-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('csvHeader', () => {
  const cases: [string, string, string[] | null][] = [
    ['plain', 'a,b,c\n1,2,3', ['a', 'b', 'c']],
    ['Windows', 'a,b\r\n1,2', ['a', 'b']],
    ['no line end', 'a,b', ['a', 'b']],
    ['quotes', '"a,1","b ""x""",c\n', ['a,1', 'b "x"', 'c']],
    ['spaces', ' a , b\n', ['a', 'b']],
    ['empty fields', 'a,,b,\n', ['a', '', 'b', '']],
    ['an open quote', '"a,b\n1,2', null],
    ['text after a quote', '"a"b,c\n', null],
  ];
  it.each(cases)('%s', (_, text, header) => {
    expect(csvHeader(text)).toEqual(header);
  });
});

describe('checkColumns', () => {
  it.each([
    [['a', 'b'], undefined],
    [['a', ''], 'column 2 has no name'],
    [['a', 'b', 'a'], "column 'a' is there twice"],
    [['a\nb'], 'control character'],
    [['x'.repeat(300)], 'longer than 256'],
    [Array.from({ length: 4_001 }, (_, i) => `c${i}`), 'more than 4000 columns'],
  ])('%#', (columns, message) => {
    const checked = checkColumns(columns);
    if (message === undefined) expect(checked).toEqual({ ok: true, columns });
    else
      expect(checked).toMatchObject({
        ok: false,
        error: { message: expect.stringContaining(message) as string },
      });
  });
});

describe('sniff', () => {
  const footer = (bytes: number) => {
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(bytes, 0);
    tail.write('PAR1', 4);
    return tail;
  };
  const cases: [string, BaselineFormat, Buffer | string, string[] | string][] = [
    ['CSV', 'csv', 'a,b\n1,2', ['a', 'b']],
    ['CSV with a byte order mark', 'csv', '\uFEFFa,b\n', ['a', 'b']],
    ['JSON lines: the names of many rows', 'jsonl', '{"a":1}\n\n{"b":2,"a":1}\n', ['a', 'b']],
    ['nothing', 'csv', '', 'is empty'],
    ['gzip', 'csv', Buffer.from([0x1f, 0x8b, 8]), 'is gzip'],
    ['zip', 'jsonl', Buffer.from('PK\x03\x04'), 'is a zip archive'],
    ['binary', 'csv', Buffer.from('a\0b'), 'zero bytes'],
    ['tabs', 'csv', 'a\tb\n', 'separated by tabs'],
    ['JSON that is an array', 'jsonl', '[{"a":1}]', 'not a JSON object'],
    ['blank lines', 'jsonl', '\n\n', 'holds no rows'],
    ['short Parquet', 'parquet', 'PAR1PAR1', 'is too short'],
    ['other bytes', 'parquet', 'abcdefghijklmnop', 'does not begin with PAR1'],
    ['cut Parquet', 'parquet', 'PAR1abcdefghijklmnop', 'is cut off'],
    ['encrypted Parquet', 'parquet', 'PAREabcdefghijklmnopPARE', 'is encrypted'],
    [
      'a footer beyond the file',
      'parquet',
      Buffer.concat([Buffer.from('PAR1abcd'), footer(1_000)]),
      'is damaged',
    ],
    [
      'a footer of rubbish',
      'parquet',
      Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(64, 0xff), footer(60)]),
      'is damaged',
    ],
  ];
  it.each(cases)('%s', async (name, format, content, expected) => {
    const path = join(folder, name.replaceAll(/\W/g, '-'));
    await writeFile(path, content);
    const sniffed = await sniff(path, format);
    if (typeof expected === 'string')
      expect(sniffed).toMatchObject({
        ok: false,
        error: { message: expect.stringContaining(expected) as string },
      });
    else expect(sniffed).toEqual({ ok: true, columns: expected });
  });
});
