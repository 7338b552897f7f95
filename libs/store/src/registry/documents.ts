import { z } from 'zod';
import {
  documentSchemas,
  METRICS_REVISION,
  withMetricsNow,
  type DocumentBody,
  type DocumentKind,
  type RegistryDocument,
} from '#libs/contracts';
import { flag, integer, RowBinary, StoreError, type Database } from '../client/index.js';

/** The registry: append-only revisions, of which the newest is the current state. */
export type Documents = {
  /** Newest revision; null when there is none or it deletes. */
  get: <K extends DocumentKind>(project: string, kind: K, id: string) => Promise<RegistryDocument<K> | null>;
  /** Newest revisions that do not delete, by id. */
  list: <K extends DocumentKind>(
    project: string,
    kind: K,
    options?: { prefix?: string },
  ) => Promise<RegistryDocument<K>[]>;
  /** All revisions, newest first, those that delete too. */
  history: <K extends DocumentKind>(project: string, kind: K, id: string) => Promise<RegistryDocument<K>[]>;
  /** Adds one revision. The caller holds the lock and has checked that the revision is the next one. */
  append: (document: RegistryDocument) => Promise<void>;
  /** Every project that has documents and is not deleted. */
  projects: () => Promise<string[]>;
};

export const DOCUMENT_COLUMNS = [
  'project',
  'kind',
  'id',
  'revision',
  'body',
  'deleted',
  'author',
  'reason',
  'at',
  'metrics_revision',
] as const;

const COLUMNS = `project, id, revision, body, deleted, author, reason, metrics_revision, toUnixTimestamp64Milli(at) AS at_ms`;

const GET = `
SELECT ${COLUMNS} FROM documents
WHERE project = {project: String} AND kind = {kind: String} AND id = {id: String}
ORDER BY revision DESC
LIMIT 1`;

const LIST = `
SELECT * FROM (
  SELECT ${COLUMNS} FROM documents
  WHERE project = {project: String} AND kind = {kind: String} AND startsWith(id, {prefix: String})
  ORDER BY id, revision DESC
  LIMIT 1 BY id
)
WHERE NOT deleted
ORDER BY id`;

const HISTORY = `
SELECT ${COLUMNS} FROM documents FINAL
WHERE project = {project: String} AND kind = {kind: String} AND id = {id: String}
ORDER BY revision DESC`;

const PROJECTS = `
SELECT DISTINCT project FROM documents
WHERE project NOT IN (
  SELECT project FROM documents WHERE kind = 'project' GROUP BY project, id HAVING argMax(deleted, revision)
)
ORDER BY project`;

const documentRow = z.object({
  project: z.string(),
  id: z.string(),
  revision: integer,
  body: z.string(),
  deleted: flag,
  author: z.string(),
  reason: z.string(),
  metrics_revision: integer,
  at_ms: integer,
});

/** A body is read through its schema, so that fields which came later have their defaults; a monitor's metrics under the names that they have now. */
function parseDocument<K extends DocumentKind>(
  kind: K,
  row: z.output<typeof documentRow>,
): RegistryDocument<K> {
  const { at_ms: atMs, body: text, metrics_revision: metrics, ...rest } = row;
  const stored: unknown = JSON.parse(text);
  const body = documentSchemas[kind].safeParse(kind === 'monitor' ? withMetricsNow(stored, metrics) : stored);
  if (!body.success)
    throw new StoreError(
      `${kind} '${row.id}' revision ${row.revision} cannot be read: ${z.prettifyError(body.error)}`,
      {
        query: 'read-document',
        retryable: false,
        cause: body.error,
      },
    );
  return { ...rest, kind, body: body.data as DocumentBody<K>, at: new Date(atMs).toISOString() };
}

export function createDocuments(database: Database): Documents {
  const read = async <K extends DocumentKind>(
    kind: K,
    name: string,
    sql: string,
    params: Record<string, string>,
  ): Promise<RegistryDocument<K>[]> => {
    const rows = await database.query({ name, sql, params: { ...params, kind }, row: documentRow });
    return rows.map((row) => parseDocument(kind, row));
  };
  return {
    get: async (project, kind, id) => {
      const [newest] = await read(kind, 'get-document', GET, { project, id });
      return newest === undefined || newest.deleted ? null : newest;
    },
    list: (project, kind, options) =>
      read(kind, 'list-documents', LIST, { project, prefix: options?.prefix ?? '' }),
    history: (project, kind, id) => read(kind, 'document-history', HISTORY, { project, id }),
    append: (document) => appendDocument(database, document),
    projects: async () => {
      const rows = await database.query({
        name: 'list-projects',
        sql: PROJECTS,
        row: z.object({ project: z.string() }),
      });
      return rows.map(({ project }) => project);
    },
  };
}

async function appendDocument(database: Database, document: RegistryDocument): Promise<void> {
  const writer = new RowBinary();
  writer.string(document.project);
  writer.string(document.kind);
  writer.string(document.id);
  writer.uint32(document.revision);
  writer.string(JSON.stringify(document.body));
  writer.bool(document.deleted);
  writer.string(document.author);
  writer.string(document.reason);
  writer.dateTime64(Date.parse(document.at));
  writer.uint8(METRICS_REVISION);
  await database.insertRowBinary({ table: 'documents', columns: DOCUMENT_COLUMNS, data: writer.chunks() });
}
