import type { PrivacyRule } from '#libs/contracts';
import { numberLiteral, numbersLiteral, type Bindings } from '../segments/bindings.js';
import { DATE_CHARS, DATE_PATTERN, HASH_HEX_CHARS, HASH_PREFIX } from './redact-value.js';

/** Marks a value that its rule cannot work on: no number, no date, and the sign of an invalid category. */
const WITHHELD = `'\\x01'`;
const BLOCK_BYTES = 64;

/** HMAC-SHA-256 by its definition (RFC 2104), as ClickHouse has the hash alone: the key, padded and xored, before the text and before the inner hash. */
function hmacSql(text: string, key: Buffer, bindings: Bindings): string {
  const padded = Buffer.concat([key], BLOCK_BYTES);
  const pad = (byte: number): string =>
    `unhex(${bindings.text(Buffer.from(padded.map((each) => each ^ byte)).toString('hex'))})`;
  return `lower(hex(SHA256(concat(${pad(0x5c)}, SHA256(concat(${pad(0x36)}, ${text}))))))`;
}

function bucketSql(text: string, { width, edges = [], truncate }: PrivacyRule): string {
  if (truncate !== undefined)
    return `if(match(${text}, '${DATE_PATTERN}'), substring(${text}, 1, ${DATE_CHARS[truncate]}), ${WITHHELD})`;
  const number = `toFloat64OrNull(trimBoth(${text}))`;
  const lower =
    width === undefined
      ? `roundDown(assumeNotNull(${number}), ${numbersLiteral(edges)})`
      : `floor(assumeNotNull(${number}) / ${numberLiteral(width)}) * ${numberLiteral(width)} + 0`;
  return `if(ifNull(isFinite(${number}), 0), toString(${lower}), ${WITHHELD})`;
}

/** redactSql: SQL of what {@link redactValue} makes of a text; NULL stays NULL. For the columns of baseline files. */
export function redactSql(
  column: string,
  rule: PrivacyRule | undefined,
  { key, bindings }: { key: Buffer; bindings: Bindings },
): string {
  if (rule === undefined) return column;
  if (rule.action === 'drop') return `CAST(NULL, 'Nullable(String)')`;
  const text = `assumeNotNull(${column})`;
  const stored =
    rule.action === 'bucket'
      ? bucketSql(text, rule)
      : `if(match(${text}, '^${HASH_PREFIX}[0-9a-f]{${HASH_HEX_CHARS}}$'), ${text}, ` +
        `concat('${HASH_PREFIX}', substring(${hmacSql(text, key, bindings)}, 1, ${HASH_HEX_CHARS})))`;
  return `if(isNull(${column}), NULL, ${stored})`;
}
