import { Readable } from 'node:stream';
import { retry } from '#libs/platform';

const ATTEMPTS = 4;

/** A problem document (RFC 9457) that the API answered with. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    method: string,
    path: string,
    detail: string,
  ) {
    super(`${method} ${path} answered ${status}: ${detail}`);
  }
}

export type ApiClient = ReturnType<typeof apiClient>;

/** The public API as a person with a key would call it. */
export function apiClient(baseUrl: string, key: string, signal?: AbortSignal) {
  const call = async (
    method: string,
    path: string,
    init: { body?: BodyInit; headers?: Record<string, string> } = {},
  ) => {
    const send = () =>
      fetch(`${baseUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...init.headers },
        ...(init.body === undefined ? {} : { body: init.body, duplex: 'half' }),
        ...(signal === undefined ? {} : { signal }),
      });
    // A connection kept alive may have been closed while this process was busy computing; a stream cannot be sent twice.
    const attempts = init.body instanceof ReadableStream ? 1 : ATTEMPTS;
    const response = await retry(send, { attempts, isRetryable: (error) => error instanceof TypeError });
    const text = await response.text();
    if (!response.ok) throw new ApiProblem(response.status, method, path, detailOf(text));
    return { body: text === '' ? null : (JSON.parse(text) as unknown), etag: response.headers.get('etag') };
  };
  const json = { 'content-type': 'application/json' };
  return {
    get: async <T>(path: string) => (await call('GET', path)).body as T,
    post: async <T>(path: string, body: unknown) =>
      (await call('POST', path, { body: JSON.stringify(body), headers: json })).body as T,
    /** Creates the document or brings it to `body`; writes nothing when it is already so. */
    put: async (path: string, body: unknown) => {
      const current = await call('GET', path).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.status === 404) return null;
        throw error;
      });
      const ifMatch = current?.etag == null ? {} : { 'if-match': current.etag };
      await call('PUT', path, { body: JSON.stringify(body), headers: { ...json, ...ifMatch } });
    },
    upload: async <T>(path: string, contentType: string, body: Readable) =>
      (
        await call('POST', path, {
          body: Readable.toWeb(body) as BodyInit,
          headers: { 'content-type': contentType },
        })
      ).body as T,
  };
}

function detailOf(text: string): string {
  try {
    const problem = JSON.parse(text) as {
      detail?: string;
      title?: string;
      errors?: { field: string; message: string }[];
    };
    const fields = (problem.errors ?? []).map((e) => `${e.field}: ${e.message}`).join('; ');
    return [problem.detail ?? problem.title, fields].filter(Boolean).join(' — ');
  } catch {
    return text.slice(0, 300);
  }
}
