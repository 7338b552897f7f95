import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { finished } from 'node:stream/promises';
import type { GroundTruthEvent, PredictionEvent } from '#libs/contracts';
import { CommandProblem } from '../../command-problem.js';
import { collectedAt, predictionEvents, truthEvents, type CaptureSetting, type Made } from './events.js';
import { captureLine, parseLine, truthLine } from './lines.js';

/** A payload has at most 25 MB; in base64 and JSON that is about a third more. */
const MAX_LINE_CHARS = 40_000_000;
const SHOWN = 5;

/** Tally: what became of the lines of a kind; the first few that could not be read are told with their place. */
export type Tally = { lines: number; events: number; refused: number; shown: string[] };

export const emptyTally = (): Tally => ({ lines: 0, events: 0, refused: 0, shown: [] });

/** linesOf: the lines of a file with their numbers, whatever its size; a line without end is refused. */
async function* linesOf(path: string): AsyncGenerator<{ text: string; number: number }> {
  const decoder = new StringDecoder('utf8');
  let [rest, number] = ['', 0];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > MAX_LINE_CHARS)
      throw new CommandProblem(
        `${path}: line ${number + parts.length + 1} is longer than ${MAX_LINE_CHARS} characters.`,
      );
    for (const text of parts) yield { text, number: ++number };
  }
  rest += decoder.end();
  if (rest !== '') yield { text: rest, number: number + 1 };
}

/** eventsOf: the events of a file; lines that make none are counted and told. */
async function* eventsOf<T>(path: string, tally: Tally, make: (text: string) => Made<T>): AsyncGenerator<T> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw new CommandProblem(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? ''}).`);
  });
  if (size === 0) throw new CommandProblem(`${path}: is empty.`);
  for await (const { text, number } of linesOf(path)) {
    if (text.trim() === '') continue;
    tally.lines += 1;
    const made = make(text.replace(/^\uFEFF/, ''));
    if ('why' in made) {
      tally.refused += 1;
      if (tally.shown.length < SHOWN) tally.shown.push(`${path}, line ${number}: ${made.why}`);
      continue;
    }
    tally.events += made.events.length;
    yield* made.events;
  }
}

/** capturedEvents: predictions of captured files, one after another. */
export async function* capturedEvents(
  paths: readonly string[],
  setting: CaptureSetting,
  tally: Tally,
): AsyncGenerator<PredictionEvent> {
  for (const path of paths)
    yield* eventsOf(path, tally, (text) => {
      const line = parseLine(text, captureLine);
      return 'why' in line ? line : predictionEvents(line.value, setting);
    });
}

/** labelledEvents: ground truth of files; collected at the hour in their path, else when the file was written. */
export async function* labelledEvents(
  paths: readonly string[],
  setting: CaptureSetting,
  tally: Tally,
): AsyncGenerator<GroundTruthEvent> {
  for (const path of paths) {
    const time =
      collectedAt(path) ??
      (await stat(path).then(
        ({ mtime }) => mtime.toISOString(),
        () => new Date(0).toISOString(),
      ));
    yield* eventsOf(path, tally, (text) => {
      const line = parseLine(text, truthLine);
      return 'why' in line ? line : truthEvents(line.value, setting, time);
    });
  }
}

async function write(to: Writable, line: string): Promise<void> {
  if (!to.write(line)) await once(to, 'drain');
}

/** writeLines: one JSON object per line. */
export async function writeLines(path: string, items: AsyncIterable<unknown>): Promise<void> {
  const to = createWriteStream(path);
  const failed = new Promise<never>((_, reject) =>
    to.once('error', (error) => reject(new CommandProblem(`${path}: cannot be written (${error.message}).`))),
  );
  const written = (async () => {
    for await (const item of items) await write(to, `${JSON.stringify(item)}\n`);
    to.end();
    await finished(to);
  })();
  await Promise.race([written, failed]).finally(() => to.destroy());
}
