import type { Params, Scalar } from '../client/database.js';

/** Parameters of a writing statement are part of its address, which ClickHouse limits to 1 MB; escaping may triple a text. */
const PARAMETER_BUDGET = 200_000;
const MAX_PARAMETER = 30_000;

/**
 * Bindings: how text that people wrote gets into a generated statement. It becomes a typed parameter; what would make the address
 * too long (a vocabulary of 1,000 categories) becomes base64 in a literal, whose alphabet has nothing to escape from.
 */
export class Bindings {
  private readonly bound: Record<string, Scalar | readonly Scalar[]> = {};
  private spent = 0;

  get params(): Params {
    return this.bound;
  }

  text(value: string): string {
    return this.fits(value.length)
      ? this.bind(value, 'String')
      : `base64Decode('${Buffer.from(value).toString('base64')}')`;
  }

  texts(values: readonly string[]): string {
    if (this.fits(values.reduce((sum, value) => sum + value.length + 3, 0)))
      return this.bind(values, 'Array(String)');
    const encoded = Buffer.from(JSON.stringify(values)).toString('base64');
    return `JSONExtract(base64Decode('${encoded}'), 'Array(String)')`;
  }

  private fits(length: number): boolean {
    if (length > MAX_PARAMETER || this.spent + length > PARAMETER_BUDGET) return false;
    this.spent += length;
    return true;
  }

  private bind(value: Scalar | readonly Scalar[], type: string): string {
    const name = `b${Object.keys(this.bound).length}`;
    this.bound[name] = value;
    return `{${name}: ${type}}`;
  }
}

/** An exact Float64 literal: shortest digits that read back as the same number. Finite numbers only. */
export function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} cannot be a literal in SQL`);
  return value.toExponential();
}

/** Array(Float64); an explicit type, since an empty array has none. */
export const numbersLiteral = (values: readonly number[]): string =>
  `CAST([${values.map(numberLiteral).join(',')}], 'Array(Float64)')`;

/** Array of unsigned integers of the given width, in decimal digits. */
export const integersLiteral = (values: readonly (number | bigint)[], bits: 16 | 32 | 64): string =>
  `CAST([${values.map((value) => BigInt(value).toString()).join(',')}], 'Array(UInt${bits})')`;
