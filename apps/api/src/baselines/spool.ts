import { createHash, randomUUID, type Hash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { finished, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { invalid, Problem } from '../http/problem.js';
import { LineGuard } from './line-guard.js';

/** Spooled: an upload that lies complete on disk; `remove` must be called, whatever becomes of it. */
export type Spooled = { path: string; bytes: number; sha256: string; remove: () => Promise<void> };

export type SpoolOptions = {
  folder: string;
  maxBytes: number;
  /** For formats of lines; undefined for others. */
  maxLineBytes: number | undefined;
  /** Nothing arrived for so long: the upload is given up. */
  idleMs: number;
};

const DRAIN_MS = 20_000;
const STALE_MS = 86_400_000;

const decoded = (request: IncomingMessage): Readable => {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return request;
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new Problem(
      415,
      `Send the file as it is or with Content-Encoding: gzip; found '${encoding.slice(0, 40)}'.`,
    );
  const gunzip = createGunzip();
  finished(request, (error) => {
    if (error !== null && error !== undefined) gunzip.destroy(error);
  });
  return request.pipe(gunzip);
};

/** A client that is still sending reads no answer; so the rest is thrown away for a while before a refusal goes out. */
const drain = async (request: IncomingMessage): Promise<void> => {
  request.unpipe();
  const timer = setTimeout(() => request.destroy(), DRAIN_MS);
  try {
    request.resume();
    await new Promise<void>((resolve) => finished(request, () => resolve()));
  } finally {
    clearTimeout(timer);
  }
};

const readProblem = (error: unknown): unknown => {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && code.startsWith('Z_'))
    return invalid({ field: 'file', message: `is not complete gzip data (${code}); send it again` });
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET')
    return new Problem(400, 'The upload ended before the file was complete.', { cause: error });
  return error;
};

class Sink {
  private readonly hash: Hash = createHash('sha256');
  private readonly lines: LineGuard | undefined;
  private bytes = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly options: SpoolOptions,
  ) {
    this.lines = options.maxLineBytes === undefined ? undefined : new LineGuard(options.maxLineBytes);
  }

  async take(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length;
    if (this.bytes > this.options.maxBytes)
      throw new Problem(413, `The file is larger than ${this.options.maxBytes} bytes, unpacked.`);
    const line = this.lines?.take(chunk);
    if (line !== undefined)
      throw invalid({
        field: `line ${line}`,
        message: `is longer than ${this.options.maxLineBytes ?? 0} bytes; is this the right file and format?`,
      });
    this.hash.update(chunk);
    await this.file.writeFile(chunk);
  }

  result() {
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }
}

const receive = async (request: IncomingMessage, file: FileHandle, options: SpoolOptions) => {
  const sink = new Sink(file, options);
  const source = decoded(request);
  request.setTimeout(options.idleMs, () => request.destroy());
  for await (const chunk of source.iterator({ destroyOnReturn: false })) await sink.take(chunk as Buffer);
  request.setTimeout(0);
  return sink.result();
};

/** spool: writes an upload to disk at the speed of its sender, hashing and checking on the way; throws a Problem and leaves nothing behind when it is refused. */
export const spool = async (request: IncomingMessage, options: SpoolOptions): Promise<Spooled> => {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const path = join(options.folder, `${process.pid}-${randomUUID()}`);
  const remove = () => rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    const received = await receive(request, file, options);
    await file.close();
    return { path, ...received, remove };
  } catch (error) {
    await file.close().catch(() => undefined);
    await remove();
    await drain(request);
    throw readProblem(error);
  }
};

/** sweepSpool: removes what a process that was killed has left behind; files of today may belong to another process. */
export const sweepSpool = async (folder: string, nowMs: number): Promise<void> => {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => nowMs - mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(path, { force: true });
  }
};
