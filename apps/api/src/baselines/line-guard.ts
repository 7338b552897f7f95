const NEWLINE = 10;

/** LineGuard: finds the first line that is longer than the limit, over chunks, without looking at bytes one by one. */
export class LineGuard {
  private line = 1;
  private bytesOfLine = 0;

  constructor(private readonly maxBytes: number) {}

  /** take: the number (from 1) of a line that is too long, or undefined while all are within the limit. */
  take(chunk: Uint8Array): number | undefined {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      this.bytesOfLine += (end === -1 ? chunk.length : end) - start;
      if (this.bytesOfLine > this.maxBytes) return this.line;
      if (end === -1) return undefined;
      this.line += 1;
      this.bytesOfLine = 0;
      start = end + 1;
    }
  }
}
