import { csvRows } from './csv-rows.js';

/** Payload: what an endpoint got or answered, as it was captured. */
export type Payload = { data: string; encoding: string; observedContentType?: string | undefined };

/** Row: one record of it: values by position, or by name. */
export type Row = readonly unknown[] | Readonly<Record<string, unknown>>;
export type Decoded = { rows: Row[] } | { why: string };

export const isByPosition = (row: Row): row is readonly unknown[] => Array.isArray(row);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the built-in algorithms wrap their records in. */
const WRAPPERS = ['instances', 'predictions'] as const;

const rowOf = (value: unknown): Row => {
  if (Array.isArray(value)) return value as unknown[];
  if (!isObject(value)) return [value];
  const { features } = value;
  return Array.isArray(features) ? (features as unknown[]) : value;
};

function rowsOf(document: unknown): Row[] {
  if (isObject(document))
    for (const wrapper of WRAPPERS) {
      const inner = document[wrapper];
      if (Array.isArray(inner)) return inner.map(rowOf);
    }
  if (Array.isArray(document) && document.some((each) => typeof each === 'object' && each !== null))
    return document.map(rowOf);
  return [rowOf(document)];
}

/** One document, or one per line. */
function fromJson(text: string): Decoded {
  try {
    return { rows: rowsOf(JSON.parse(text)) };
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2) return { why: 'its data is not JSON' };
    try {
      return { rows: lines.flatMap((line) => rowsOf(JSON.parse(line))) };
    } catch {
      return { why: 'its data is neither JSON nor JSON lines' };
    }
  }
}

function fromCsv(text: string): Decoded {
  const rows = csvRows(text);
  return rows === null ? { why: 'a quote of its CSV is not closed' } : { rows };
}

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/** Bytes that were captured as they came: the content type says what they are. */
function fromBytes({ data, observedContentType = '' }: Payload): Decoded {
  if (!BASE64.test(data)) return { why: 'its data is not base64' };
  const text = Buffer.from(data, 'base64').toString('utf8');
  const type = observedContentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/csv') return fromCsv(text);
  if (/^application\/(json|jsonlines|x-jsonlines|x-ndjson|jsonl)$/.test(type)) return fromJson(text);
  return {
    why: `its content type ${type === '' ? 'is not said' : `is ${type.slice(0, 80)}`}; text/csv and JSON are read`,
  };
}

/** decode: the records of a payload. */
export function decode(payload: Payload): Decoded {
  switch (payload.encoding) {
    case 'CSV':
      return fromCsv(payload.data);
    case 'JSON':
      return fromJson(payload.data);
    case 'BASE64':
      return fromBytes(payload);
    default:
      return { why: `its encoding is ${payload.encoding.slice(0, 40)}; CSV, JSON and BASE64 are read` };
  }
}
