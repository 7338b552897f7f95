import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CommandProblem } from '../command-problem.js';
import { analysisSchema, constraintsSchema, qualitySchema, statisticsSchema } from './formats.js';
import { parseDocument, readText } from './json-file.js';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-sagemaker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const problem = (text: string, schema: Parameters<typeof parseDocument>[2] = statisticsSchema): string => {
  try {
    parseDocument(text, 'f.json', schema);
  } catch (error) {
    if (error instanceof CommandProblem) return error.message;
    throw error;
  }
  return '';
};
const good = JSON.stringify({
  version: 0,
  dataset: { item_count: 1 },
  features: [{ name: 'a', inferred_type: 'Integral' }],
});

describe('a document', () => {
  it.each([
    ['empty', '', /^f\.json: is empty\.$/],
    ['truncated', good.slice(0, -9), /^f\.json: ends after \d+ characters in the middle/],
    ['truncated between members', good.slice(0, good.indexOf('"features"')), /in the middle of the document/],
    ['no JSON', '{"a": nope}', /^f\.json: is not JSON \(/],
    ['a list', '[]', /^f\.json: the document must be an object \(found a list of 0\)/],
    ['another version', '{"version":1,"features":[]}', /^f\.json: version must be 0, .*\(found 1\)/],
    ['without features', '{"version":0}', /features must be a list \(found nothing\)/],
    [
      'with a text for a count',
      '{"features":[{"name":"a","inferred_type":"String","string_statistics":{"common":{"num_present":"x"}}}]}',
      /features\[0\]\.string_statistics\.common\.num_present must be a number of values \(found "x"\)/,
    ],
  ])('that is %s is refused with its place', (_, text, message) => expect(problem(text)).toMatch(message));

  it('of another kind is refused as what it is not', () => {
    expect(problem('{"version":0}', qualitySchema)).toMatch('must hold one of regression_constraints');
    expect(problem('{"version":"2.0"}', analysisSchema)).toMatch('version must be 1.0');
    expect(
      problem('{"features":[],"monitoring_config":{"evaluate_constraints":"On"}}', constraintsSchema),
    ).toMatch(`monitoring_config.evaluate_constraints must be 'Enabled' or 'Disabled' (found "On")`);
  });

  it('tells three faults at most and how many more there are', () => {
    const features = Array.from({ length: 5 }, () => ({ name: 1, inferred_type: 'String' }));
    expect(problem(JSON.stringify({ features }))).toMatch(/features\[2\].* and 2 more\.$/);
  });

  it('keeps what it knows beside unknown keys, and lists those', () => {
    const text = '{"future":1,"features":[{"name":"a","inferred_type":"Integral","extra":{"b":1}}]}';
    const { value, ignored } = parseDocument(text, 'f.json', statisticsSchema);
    expect(value.features).toEqual([{ name: 'a', inferred_type: 'Integral' }]);
    expect(ignored.toSorted()).toEqual(['features[0].extra', 'future']);
  });
});

describe('a file', () => {
  it('of a gigabyte is refused before it is read', async () => {
    const path = join(folder, 'large.json');
    writeFileSync(path, '');
    truncateSync(path, 1_073_741_824);
    await expect(readText(path)).rejects.toThrow(/has 1024 MiB, at most 256 MiB are read/);
  });

  it('that is not there, or a folder, is said to be so', async () => {
    await expect(readText(join(folder, 'none.json'))).rejects.toThrow(/there is no such file/);
    await expect(readText(folder)).rejects.toThrow(/is not a file/);
  });
});
