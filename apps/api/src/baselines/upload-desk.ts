import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';

import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '#libs/platform';

import { invalid, Problem } from '../http/problem.js';
import { CONFIG } from '../tokens.js';
import { sniff, type BaselineFormat } from './sniff.js';
import { spool, type Spooled } from './spool.js';

/** ReceivedFile: a complete upload on disk with the columns that it has. */
export type ReceivedFile = Spooled & { format: BaselineFormat; columns: string[] };

const UPLOADS_MAX = 4;
const IDLE_MS = 60_000;

/** spoolFolder: where uploads lie while they are worked on. */
export const spoolFolder = (home: string): string => join(home, 'spool');

/** UploadDesk: takes files in, a few at a time, and looks after their removal. */
@Injectable()
export class UploadDesk {
  private uploads = 0;

  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'home' | 'limits'>) {}

  /** receive: runs `work` on the received file; the file is gone afterwards, whatever happened. */
  async receive<T>(
    request: IncomingMessage,
    format: BaselineFormat,
    work: (file: ReceivedFile) => Promise<T>,
  ): Promise<T> {
    if (this.uploads >= UPLOADS_MAX)
      throw new Problem(429, `At most ${UPLOADS_MAX} uploads run at a time; try again in a minute.`, {
        headers: { 'Retry-After': '60' },
      });
    this.uploads += 1;
    try {
      return await this.withFile(request, format, work);
    } finally {
      this.uploads -= 1;
    }
  }

  private async withFile<T>(
    request: IncomingMessage,
    format: BaselineFormat,
    work: (file: ReceivedFile) => Promise<T>,
  ): Promise<T> {
    const { limits, home } = this.config;
    const spooled = await spool(request, {
      folder: spoolFolder(home),
      maxBytes: limits.uploadBytes,
      maxLineBytes: format === 'parquet' ? undefined : limits.uploadLineBytes,
      idleMs: IDLE_MS,
    });
    try {
      const sniffed = await sniff(spooled.path, format);
      if (!sniffed.ok) throw invalid(sniffed.error);
      return await work({ ...spooled, format, columns: sniffed.columns });
    } finally {
      await spooled.remove();
    }
  }
}
