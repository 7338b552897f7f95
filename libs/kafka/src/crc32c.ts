const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;
const BYTE_VALUES = 256;

/** Remainder of every byte, and of every byte followed by one to seven zero bytes: eight bytes are then taken in one step. */
const TABLE = ((): Int32Array => {
  const table = new Int32Array(SLICES * BYTE_VALUES);
  for (let byte = 0; byte < BYTE_VALUES; byte += 1) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit += 1)
      remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
    table[byte] = remainder;
  }
  for (let at = BYTE_VALUES; at < table.length; at += 1) {
    const shorter = table[at - BYTE_VALUES] ?? 0;
    table[at] = (table[shorter & 0xff] ?? 0) ^ (shorter >>> 8);
  }
  return table;
})();

/** crc32c: the Castagnoli checksum (RFC 3720, appendix B.4) that Kafka writes over each record batch. About 1 GB/s. */
export const crc32c = (bytes: Buffer): number => {
  let crc = -1;
  let at = 0;
  for (const end = bytes.length - SLICES + 1; at < end; at += SLICES) {
    const low = crc ^ bytes.readInt32LE(at);
    const high = bytes.readInt32LE(at + 4);
    crc =
      (TABLE[1792 + (low & 0xff)] ?? 0) ^
      (TABLE[1536 + ((low >>> 8) & 0xff)] ?? 0) ^
      (TABLE[1280 + ((low >>> 16) & 0xff)] ?? 0) ^
      (TABLE[1024 + (low >>> 24)] ?? 0) ^
      (TABLE[768 + (high & 0xff)] ?? 0) ^
      (TABLE[512 + ((high >>> 8) & 0xff)] ?? 0) ^
      (TABLE[256 + ((high >>> 16) & 0xff)] ?? 0) ^
      (TABLE[high >>> 24] ?? 0);
  }
  for (; at < bytes.length; at += 1) crc = (TABLE[(crc ^ bytes.readUInt8(at)) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
};
