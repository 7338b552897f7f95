import type { Params, Scalar } from '../client/database.js';

/** Parameters of a writing statement are part of its address, which ClickHouse limits to 1 MB; escaping may triple a text. */
const MAX_LENGTH_OF_ALL = 200_000;
const MAX_LENGTH = 30_000;
/** ClickHouse refuses an address of more than 100 fields, and settings are fields too. */
const MAX_PARAMETERS = 50;

/**
 * Bindings: how text that people wrote gets into a generated statement. It becomes a typed parameter; what would make the address
 * too long (a vocabulary of 1,000 categories) becomes base64 in a literal, whose alphabet has nothing to escape from.
 */
export class Bindings {
  private readonly bound: Record<string, Scalar | readonly Scalar[]> = {};
  private readonly written = new Map<string, string>();
  private spent = 0;

  get params(): Params {
    return this.bound;
  }

  text(value: string): string {
    return this.once(`text ${value}`, () =>
      this.fits(value.length) ? this.bind(value, 'String') : `base64Decode('${base64(value)}')`,
    );
  }

  texts(values: readonly string[]): string {
    const json = JSON.stringify(values);
    return this.once(`texts ${json}`, () =>
      this.fits(json.length)
        ? this.bind(values, 'Array(String)')
        : `JSONExtract(base64Decode('${base64(json)}'), 'Array(String)')`,
    );
  }

  /** The same text is bound once. */
  private once(key: string, write: () => string): string {
    const sql = this.written.get(key) ?? write();
    this.written.set(key, sql);
    return sql;
  }

  private fits(length: number): boolean {
    const isFull = Object.keys(this.bound).length >= MAX_PARAMETERS;
    if (isFull || length > MAX_LENGTH || this.spent + length > MAX_LENGTH_OF_ALL) return false;
    this.spent += length;
    return true;
  }

  private bind(value: Scalar | readonly Scalar[], type: string): string {
    const name = `b${Object.keys(this.bound).length}`;
    this.bound[name] = value;
    return `{${name}: ${type}}`;
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** An exact Float64 literal: shortest digits that read back as the same number. Finite numbers only. */
export function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} cannot be a literal in SQL`);
  return value.toExponential();
}

/** Array(Float64); an empty array has no type of its own. */
export const numbersLiteral = (values: readonly number[]): string =>
  values.length === 0 ? `CAST([], 'Array(Float64)')` : `[${values.map(numberLiteral).join(',')}]`;

/** Array of integers of a type, in decimal digits. One text is analysed in a fraction of the time that as many literals take. */
export const integersLiteral = (values: readonly (number | bigint)[], type: 16 | 32 | 64 | 'Int64'): string =>
  `CAST('[${values.map((value) => BigInt(value).toString()).join(',')}]', 'Array(${typeof type === 'number' ? `UInt${type}` : type})')`;
