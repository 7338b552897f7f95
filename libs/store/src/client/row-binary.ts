/** Chunks double from here on, so that a mark costs little and a batch of rows few chunks. */
const FIRST_CHUNK_BYTES = 16_384;
const CHUNK_BYTES = 1_048_576;
/** A UTF-16 unit takes at most 3 bytes of UTF-8: up to here the length prefix is certain to be one byte. */
const ONE_BYTE_PREFIX_UNITS = 42;
const UINT32 = 0x1_0000_0000;

/**
 * RowBinary: writes ClickHouse's RowBinary values one after another, column by column, row by row. It is the hot path of ingest: no
 * allocation per value, and chunks are handed over as they are, never copied into a larger one. The caller keeps the order of columns.
 * https://clickhouse.com/docs/interfaces/formats/RowBinary
 */
export class RowBinary {
  private readonly full: Buffer[] = [];
  private chunk: Buffer = Buffer.allocUnsafeSlow(FIRST_CHUNK_BYTES);
  private at = 0;
  private fullBytes = 0;

  /** Everything written so far; the writer is spent afterwards. */
  chunks(): Buffer[] {
    return this.at === 0 ? this.full : [...this.full, this.chunk.subarray(0, this.at)];
  }

  get bytes(): number {
    return this.fullBytes + this.at;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.chunk.length) return;
    if (this.at > 0) this.full.push(this.chunk.subarray(0, this.at));
    this.fullBytes += this.at;
    const grown = Math.min(CHUNK_BYTES, this.chunk.length * 2);
    this.chunk = Buffer.allocUnsafeSlow(Math.max(grown, bytes));
    this.at = 0;
  }

  uint8(value: number): void {
    this.reserve(1);
    this.at = this.chunk.writeUInt8(value, this.at);
  }

  bool(value: boolean): void {
    this.uint8(value ? 1 : 0);
  }

  uint16(value: number): void {
    this.reserve(2);
    this.at = this.chunk.writeUInt16LE(value, this.at);
  }

  uint32(value: number): void {
    this.reserve(4);
    this.at = this.chunk.writeUInt32LE(value, this.at);
  }

  uint64(value: bigint): void {
    this.reserve(8);
    this.at = this.chunk.writeBigUInt64LE(value, this.at);
  }

  float64(value: number): void {
    this.reserve(8);
    this.at = this.chunk.writeDoubleLE(value, this.at);
  }

  /** DateTime: whole seconds, 1970 to 2106. */
  dateTime(ms: number): void {
    this.uint32(Math.floor(ms / 1_000));
  }

  /** DateTime64(3): an Int64 of milliseconds, written in two halves so that no bigint is made. */
  dateTime64(ms: number): void {
    this.reserve(8);
    const high = Math.floor(ms / UINT32);
    this.chunk.writeUInt32LE(ms - high * UINT32, this.at);
    this.at = this.chunk.writeInt32LE(high, this.at + 4);
  }

  /** A 48-bit unsigned integer, a part of the wide row versions. */
  uint48(value: number): void {
    this.reserve(6);
    this.at = this.chunk.writeUIntLE(value, this.at, 6);
  }

  zeros(count: number): void {
    this.reserve(count);
    this.chunk.fill(0, this.at, this.at + count);
    this.at += count;
  }

  /** Length of a String, Array or Map. */
  length(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.chunk[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.chunk[this.at++] = rest;
  }

  /** String; a lone surrogate becomes U+FFFD. LowCardinality(String) is written the same way. */
  string(value: string): void {
    if (value.length <= ONE_BYTE_PREFIX_UNITS) {
      this.reserve(1 + value.length * 3);
      const written = this.chunk.write(value, this.at + 1);
      this.chunk[this.at] = written;
      this.at += 1 + written;
      return;
    }
    const bytes = Buffer.byteLength(value);
    this.length(bytes);
    this.reserve(bytes);
    this.at += this.chunk.write(value, this.at, bytes);
  }

  /** String of arbitrary bytes. */
  rawString(value: Uint8Array): void {
    this.length(value.length);
    this.reserve(value.length);
    this.chunk.set(value, this.at);
    this.at += value.length;
  }

  /** Array(Float64). */
  float64Array(values: Float64Array | readonly number[]): void {
    this.length(values.length);
    this.reserve(values.length * 8);
    for (const value of values) this.at = this.chunk.writeDoubleLE(value, this.at);
  }

  /** Array(String), also of LowCardinality. */
  stringArray(values: readonly string[]): void {
    this.length(values.length);
    for (const value of values) this.string(value);
  }

  /** Map(String, String). */
  stringMap(values: Readonly<Record<string, string>>): void {
    const keys = Object.keys(values);
    this.length(keys.length);
    for (const key of keys) {
      this.string(key);
      this.string(values[key] ?? '');
    }
  }

  /** Map(String, Float64). */
  float64Map(values: Readonly<Record<string, number>>): void {
    const keys = Object.keys(values);
    this.length(keys.length);
    for (const key of keys) {
      this.string(key);
      this.float64(values[key] ?? NaN);
    }
  }

  /** Prefix of a Nullable: true when the value is null and nothing else follows. */
  nullable(isNull: boolean): boolean {
    this.uint8(isNull ? 1 : 0);
    return isNull;
  }
}
