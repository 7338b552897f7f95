/** MalformedError: the bytes are not what the format says. Stays inside the decoder, which answers with a value. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

const CONTINUES = 0x80;
const LOW_BITS = 0x7f;
const VARINT_BYTES_MAX = 5;
const VARLONG_BYTES_MAX = 10;
const NULL_LENGTH = -1;

/** ByteReader: reads Kafka's variable-length fields and never beyond the end: kafkajs' own decoder takes missing bytes for zeros. */
export class ByteReader {
  at = 0;

  constructor(private readonly bytes: Buffer) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** A signed number of up to 32 bits, zigzag encoded. */
  varint(): number {
    let value = 0;
    for (let index = 0; index < VARINT_BYTES_MAX; index += 1) {
      const byte = this.byte();
      value |= (byte & LOW_BITS) << (7 * index);
      if (byte < CONTINUES) return (value >>> 1) ^ -(value & 1);
    }
    throw new MalformedError('a number of more than 5 bytes');
  }

  /** A signed number of up to 64 bits; exact up to 2^53, which reaches all times of this and the next 280,000 years. */
  varlong(): number {
    let value = 0;
    let scale = 1;
    for (let index = 0; index < VARLONG_BYTES_MAX; index += 1) {
      const byte = this.byte();
      value += (byte & LOW_BITS) * scale;
      if (byte < CONTINUES) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new MalformedError('a number of more than 10 bytes');
  }

  /** Bytes behind their length; null where the length is -1. */
  block(): Buffer | null {
    const length = this.varint();
    if (length === NULL_LENGTH) return null;
    return this.take(length);
  }

  take(length: number): Buffer {
    if (length < 0 || length > this.left)
      throw new MalformedError(`${length} bytes are announced where ${this.left} are left`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new MalformedError('it ends in the middle of a field');
    this.at += 1;
    return byte;
  }
}
