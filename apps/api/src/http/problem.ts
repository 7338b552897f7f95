/** FieldError: one thing that is wrong with a request: where, why, and what was found there (never a secret). */
export type FieldError = { field: string; message: string; found?: string };

/** PROBLEMS: every status that this service answers with on failure, and its stable name. */
export const PROBLEMS = {
  400: ['malformed', 'The request cannot be read'],
  401: ['unauthenticated', 'A valid API key is needed'],
  403: ['forbidden', 'The API key may not do this'],
  404: ['not-found', 'There is nothing here'],
  405: ['method-not-allowed', 'This method is not served here'],
  409: ['conflict', 'The request disagrees with the current state'],
  413: ['too-large', 'The request is too large'],
  415: ['unsupported-media-type', 'This content type is not read here'],
  422: ['invalid', 'The request has errors'],
  429: ['too-many-requests', 'Too many requests'],
  500: ['internal', 'Something broke on our side'],
  503: ['unavailable', 'The service cannot answer right now'],
} as const;
export type ProblemStatus = keyof typeof PROBLEMS;

type Details = {
  errors?: readonly FieldError[];
  headers?: Readonly<Record<string, string>>;
  /** Further members of the document, for example the current revision of a conflict. */
  extra?: Readonly<Record<string, unknown>>;
  cause?: unknown;
};

/** Problem: an answer that is a failure, thrown where it is understood and written by the filter as an RFC 9457 document. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: ProblemStatus,
    readonly detail: string,
    readonly details: Details = {},
  ) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
  }
}

/** problemDocument: the body of a failed answer; `instance` carries the id under which the log knows the request. */
export const problemDocument = (problem: Problem, requestId: string) => {
  const [name, title] = PROBLEMS[problem.status];
  const { errors, extra } = problem.details;
  return {
    type: `https://plumbline.dev/problems/${name}`,
    title,
    status: problem.status,
    detail: problem.detail,
    instance: `urn:uuid:${requestId}`,
    ...(errors === undefined ? {} : { errors }),
    ...extra,
  };
};

/** notFound: names what was asked for. */
export const notFound = (what: string, id: string): Problem =>
  new Problem(404, `There is no ${what} '${id}'.`);

/** invalid: the detail repeats the first error, so that a person who sees one line sees the reason. */
export const invalid = (...errors: readonly FieldError[]): Problem => {
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Problem(
    422,
    first === undefined ? 'The request has errors.' : `${first.field}: ${first.message}${more}`,
    {
      errors,
    },
  );
};
