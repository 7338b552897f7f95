import { createReadStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';

import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '#libs/platform';
import { openForm, type BaselineInsert, type DataFormat, type FileForm } from '#libs/store';

import { invalid, Problem } from '../http/problem.js';
import { CONFIG } from '../tokens.js';
import { columnFault } from './file-columns.js';
import { spool, type Spooled } from './spool.js';

/** ReceivedFile: a complete upload on disk, and how it is read. */
export type ReceivedFile = Pick<Spooled, 'sha256' | 'bytes'> &
  Pick<FileForm, 'path' | 'format' | 'columns' | 'nested' | 'notes'>;

/** fileRows: a received file for being sent to the store. */
export const fileRows = ({
  path,
  format,
  columns,
  nested,
}: ReceivedFile): Pick<BaselineInsert, 'path' | 'format' | 'fileColumns' | 'nested' | 'file'> => ({
  ...{ path, format, nested, fileColumns: columns },
  file: () => createReadStream(path),
});

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
    format: DataFormat,
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
    format: DataFormat,
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
      const form = await openForm(spooled.path, format, {
        copy: `${spooled.path}.copy`,
        maxBytes: limits.uploadBytes,
      });
      if ('ok' in form) throw invalid({ field: form.field, message: form.message });
      try {
        const fault = columnFault(form.columns);
        if (fault !== undefined) throw invalid(fault);
        return await work({ ...form, sha256: spooled.sha256, bytes: spooled.bytes });
      } finally {
        await form.remove();
      }
    } finally {
      await spooled.remove();
    }
  }
}
