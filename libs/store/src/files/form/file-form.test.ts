import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openForm, rowFault, type DataFormat, type FileForm } from './file-form.js';

let folder = '';
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'form-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (content: string | Buffer): Promise<string> => {
  const path = join(folder, String(files++));
  await writeFile(path, content);
  return path;
};
const opened = async (content: string | Buffer, format: DataFormat = 'csv') => {
  const path = await written(content);
  return openForm(path, format, { copy: `${path}.copy` });
};
const read = async (content: string | Buffer, format: DataFormat = 'csv') => {
  const form = await opened(content, format);
  if ('ok' in form) return form.message;
  const text = await readFile(form.path, 'utf8');
  return { columns: form.columns, text, notes: form.notes, isCopy: form.path.endsWith('.copy') };
};
const utf16 = (text: string, order: 'le' | 'be', mark: boolean): Buffer => {
  const bytes = Buffer.from((mark ? '\uFEFF' : '') + text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};
const ROWS = 'a,b\n1,x\n2,y\n';

describe('CSV', () => {
  it.each([
    { name: 'commas', content: ROWS },
    { name: 'CRLF', content: 'a,b\r\n1,x\r\n2,y\r\n' },
    { name: 'a byte order mark', content: `\uFEFF${ROWS}` },
    { name: 'no line end', content: 'a,b\n1,x\n2,y' },
    { name: 'semicolons inside of texts', content: 'a,b\n1,x;y\n2,"u;v;w"\n' },
    { name: 'a line break inside of quotes', content: 'a,b\n1,"x\ny"\n2,"""q"""\n' },
    { name: 'a separator at the end of every line', content: 'a,b,\n1,x,\n2,y,\n' },
  ])('$name: read where it lies', async ({ content }) => {
    expect(await read(content)).toEqual({ columns: ['a', 'b'], text: content, notes: [], isCopy: false });
  });

  it.each([
    { name: 'semicolons', content: 'a;b\n1;x\n2;y\n', notes: ['fields are separated by semicolons'] },
    { name: 'tabs', content: 'a\tb\n1\tx\n2\ty\n', notes: ['fields are separated by tabs'] },
    { name: 'bars', content: 'a|b\r\n1|x\r\n2|y\r\n', notes: ['fields are separated by bars'] },
    {
      name: 'a line that names the separator',
      content: 'sep=;\r\na;b\r\n1;x\r\n2;y\r\n',
      notes: ['fields are separated by semicolons'],
    },
    { name: 'a line that names the comma', content: 'sep=,\na,b\n1,x\n2,y\n', notes: [] },
    { name: 'lone carriage returns', content: 'a,b\r1,x\r2,y\r', notes: [] },
    { name: 'a blank line at the end', content: `${ROWS}\n`, notes: ['1 blank line is left out'] },
    {
      name: 'blank lines anywhere',
      content: '\na,b\n\n1,x\n \n\n2,y\n\n\n',
      notes: ['6 blank lines are left out'],
    },
    {
      name: 'blank lines with CRLF',
      content: 'a,b\r\n\r\n1,x\r\n2,y\r\n\r\n',
      notes: ['2 blank lines are left out'],
    },
    {
      name: 'UTF-16, little end first',
      content: utf16(ROWS, 'le', true),
      notes: ['is UTF-16 and was read as such'],
    },
    {
      name: 'UTF-16, big end first',
      content: utf16(ROWS, 'be', true),
      notes: ['is UTF-16 and was read as such'],
    },
    {
      name: 'UTF-16 without a mark',
      content: utf16(ROWS, 'le', false),
      notes: ['is UTF-16 and was read as such'],
    },
    {
      name: 'UTF-16 of the other order without a mark',
      content: utf16(ROWS, 'be', false),
      notes: ['is UTF-16 and was read as such'],
    },
    { name: 'gzip', content: gzipSync(ROWS), notes: [] },
    { name: 'zstd', content: zstdCompressSync(ROWS), notes: [] },
  ])('$name: becomes plain', async ({ content, notes }) => {
    expect(await read(content)).toEqual({ columns: ['a', 'b'], text: ROWS, notes, isCopy: true });
  });

  it.each([
    {
      name: 'a text that holds a comma',
      content: 'a;b\n1;"x;y"\n2,5;z, w\n',
      text: 'a,b\n1,"x;y"\n"2,5","z, w"\n',
    },
    {
      name: 'a quote within a text',
      content: 'a\tb\n5" pipe\tx\n1\t"say ""hi"""\n',
      text: 'a,b\n"5"" pipe",x\n1,"say ""hi"""\n',
    },
    { name: 'separators at the ends of rows', content: 'a;b\n1;x;\n2;y;\n', text: ROWS },
    { name: 'missing values', content: 'a;b\n;\n2;y\n', text: 'a,b\n,\n2,y\n' },
  ])('$name keeps its meaning', async ({ content, text }) => {
    expect(await read(content)).toMatchObject({ text });
  });

  it.each([
    [',a,b\n0,1,2\n', ['Unnamed: 0', 'a', 'b'], /'Unnamed: 0'.*index=False/],
    ['a,,b\n0,1,2\n', ['a', 'Unnamed: 1', 'b'], /column 2 has no name/],
    ['"a,1", b ,"c ""x"""\n1,2,3\n', ['a,1', 'b', 'c "x"'], undefined],
    ['only\n1\n2\n', ['only'], undefined],
    ['only\na;b\nc\n', ['only'], undefined],
  ])('%j has the columns %j', async (content, columns, note) => {
    const found = await read(content);
    expect(found).toMatchObject({ columns });
    if (note !== undefined) expect(found).toMatchObject({ notes: [expect.stringMatching(note)] });
  });

  it.each([
    ['', 'is empty; give a header line or rows'],
    ['\n\n', 'is empty; give a header line and rows'],
    ['a,"b\n1,2', 'the header line is not CSV'],
    ['a;b\n1;x\n2\n3;y\n', 'row 2 (line 3) has 1 field, the header has 2'],
    ['a;b\n1;x\n2;y;z\n3;y\n', 'row 2 (line 3) has 3 fields, the header has 2; put text'],
    ['a,b\n1,"x\n2,y\n3,z\n', 'row 1 (line 2) opens a double quote that is never closed'],
    ['a;b\n1;"x"y\n2;y\n', 'row 1 (line 2) has text after a closing double quote'],
    [
      Buffer.from('a,b\n1,caf\xe9\n', 'latin1'),
      "is not UTF-8: line 2 holds a byte that looks like Latin-1 or Windows-1252 ('1,café' there); save",
    ],
    [Buffer.from('a\0b,c\n1,2\n'), 'holds zero bytes'],
    [Buffer.from('PK\x03\x04abc'), 'is a zip archive or an Excel workbook'],
    [Buffer.from('PAR1abc'), 'is Parquet; name it so'],
    [gzipSync(ROWS.repeat(99)).subarray(0, 40), 'is packed, and the packed data is damaged or cut off'],
  ])('%j is refused: %s', async (content, message) => {
    expect(await read(content)).toContain(message);
  });

  it('finds a byte that is no UTF-8 wherever it stands, and leaves no copy of what is refused', async () => {
    const content = Buffer.concat([Buffer.from(`a;b\n${'1;ü\n'.repeat(300_000)}`), Buffer.from([0xe9, 10])]);
    const path = await written(content);
    const form = await openForm(path, 'csv', { copy: `${path}.copy` });
    expect(form).toMatchObject({ ok: false, message: expect.stringContaining('line 300002') as string });
    await expect(readFile(`${path}.copy`)).rejects.toThrow(/ENOENT/);
  });

  it('refuses a copy that there is no room for', async () => {
    const path = await written(gzipSync('a,b\n'.repeat(100_000)));
    expect(await openForm(path, 'csv', { copy: `${path}.copy`, maxBytes: 1_000 })).toMatchObject({
      message: expect.stringContaining('than there is room for') as string,
    });
  });

  it('says which row of a plain file does not fit, once the engine has refused it', async () => {
    const fault = async (content: string) => {
      const form = (await opened(content)) as FileForm;
      return (await rowFault(form))?.message;
    };
    expect(await fault('a,b\n1,x\n2\n3,y\n')).toBe('row 2 (line 3) has 1 field, the header has 2');
    expect(await fault(ROWS)).toBeUndefined();
  });
});

describe('JSON', () => {
  const LINES = '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n';
  it.each([
    { name: 'lines', content: LINES, columns: ['a', 'b'] },
    { name: 'blank lines', content: `\n${LINES}\n\n`, columns: ['a', 'b'] },
    {
      name: 'a key that comes late',
      content: `${'{"a":1}\n'.repeat(40_000)}{"late":2}\n`,
      columns: ['a', 'late'],
    },
    {
      name: 'names like members of Object',
      content: '{"__proto__":1,"constructor":2}\n',
      columns: ['__proto__', 'constructor'],
    },
  ])('$name: read where it lies', async ({ content, columns }) => {
    expect(await read(content, 'jsonl')).toEqual({ columns, text: content, notes: [], isCopy: false });
  });

  it.each([
    { name: 'an array', content: '[{"a":1,"b":"x"},\n {"a":2,"b":"y"}]', text: LINES },
    { name: 'an array on one line', content: '[{"a":1,"b":"x"},{"a":2,"b":"y"}]\n', text: LINES },
    {
      name: 'objects over several lines',
      content: '{\n  "a": 1,\n  "b": "x]}"\n}\n{\n  "a": 2,\n  "b": "y"\n}\n',
      text: '{ "a": 1, "b": "x]}" }\n{ "a": 2, "b": "y" }\n',
    },
    {
      name: 'an array over several lines',
      content: '[\n{\n"a": 1, "b": [1,\n{"c": 2}]\n}\n]\n',
      text: '{ "a": 1, "b": [1, {"c": 2}] }\n',
    },
    {
      name: 'NaN and its like',
      content: '{"a": NaN, "b": "NaN"}\n{"a": -Infinity, "b": "y"}\n',
      text: '{"a": null, "b": "NaN"}\n{"a": null, "b": "y"}\n',
    },
    {
      name: 'numbers as they are written',
      content: '[{"a":9007199254740993,"b":1.10}]',
      text: '{"a":9007199254740993,"b":1.10}\n',
    },
    { name: 'UTF-16', content: utf16(LINES, 'le', true), text: LINES },
    { name: 'gzip', content: gzipSync(LINES), text: LINES },
  ])('$name: becomes lines', async ({ content, text }) => {
    expect(await read(content, 'jsonl')).toMatchObject({ columns: ['a', 'b'], text, isCopy: true });
  });

  it('says what is no JSON and counts as missing', async () => {
    expect(await read('{"a": NaN}\n{"a": NaN}\n{"a": -Infinity}\n', 'jsonl')).toMatchObject({
      notes: [
        'holds NaN 2 times, -Infinity once, which is no JSON and counts as missing; write null or leave the value out',
      ],
    });
  });

  it('tells columns of lists and objects from single ones', async () => {
    const rows = Array.from({ length: 30 }, (_, i) =>
      JSON.stringify({ list: [i], stray: i === 7 ? [1] : i, x: i }),
    );
    const form = await opened(rows.join('\n'), 'jsonl');
    expect(form).toMatchObject({ nested: new Map([['list', { kind: 'lists or objects', row: 1 }]]) });
  });

  it.each([
    ['\n\n', 'holds no rows'],
    ['{}\n', 'holds objects without any name'],
    ['{"a":1}\n[1]\n', 'line 2 is [1] and no object'],
    ['{"a":1}\n5\n', 'line 2 is 5 and no object'],
    ['{"a":1}\n{"a":\n', 'line 2 is no JSON object: it ends in the middle'],
    ["{'a':1}\n", 'names and texts stand in double quotes'],
    ['[1, 2]', 'the value at line 1 is 1 and no object'],
    ['hello\n', 'line 1 is no JSON object: found hello'],
    [Buffer.from('{"a":"caf\xe9"}\n', 'latin1'), 'is not UTF-8: line 1'],
  ])('%j is refused: %s', async (content, message) => {
    expect(await read(content, 'jsonl')).toContain(message);
  });
});

describe('Parquet', () => {
  const footer = (bytes: number) => {
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(bytes, 0);
    tail.write('PAR1', 4);
    return tail;
  };
  it.each([
    ['PAR1PAR1', 'is too short'],
    ['abcdefghijklmnop', 'does not begin with PAR1'],
    ['PAR1abcdefghijklmnop', 'is cut off'],
    ['PAREabcdefghijklmnopPARE', 'is encrypted'],
    [Buffer.concat([Buffer.from('PAR1abcd'), footer(1_000)]), 'is damaged'],
    [Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(64, 0xff), footer(60)]), 'is damaged'],
  ])('%j is refused: %s', async (content, message) => {
    const form = await opened(content, 'parquet');
    expect(form).toMatchObject({ ok: false, message: expect.stringContaining(message) as string });
  });
});
