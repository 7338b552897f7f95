import type { DocumentBody, DocumentKind, RegistryDocument } from '#libs/contracts';
import { z } from 'zod';

import type { Reply } from '../http/reply.js';
import type { Written } from './registry.service.js';

/** viewFields: what the service adds to a body when it shows a document. */
const viewFields = {
  id: z.string(),
  revision: z.int().min(1),
  at: z.iso.datetime().describe('When this revision was written.'),
  author: z.string().describe('Name of the API key that wrote it.'),
  reason: z.string(),
};

const withFields = (body: z.ZodType, more: z.ZodRawShape): z.ZodType => {
  if (body instanceof z.ZodObject) return z.object({ ...viewFields, ...body.shape, ...more });
  if (body instanceof z.ZodUnion)
    return z.union((body.options as z.ZodType[]).map((option) => withFields(option, more)));
  return z.object({ ...viewFields, ...more });
};

/** viewSchema: a document as it is answered: its body, who wrote which revision when, and what an endpoint adds. */
export const viewSchema = (title: string, body: z.ZodType, more: z.ZodRawShape = {}): z.ZodType =>
  withFields(body, more).meta({ title: `${title}View` });

/** listSchema: every list is an object, so that it can grow a cursor. */
export const listSchema = (title: string, item: z.ZodType) =>
  z.object({ items: z.array(item) }).meta({ title });

const lastPart = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** view: flat, so that a person reads the fields that he wrote; the id is the last part of the document's own. */
export const view = <K extends DocumentKind>(
  { id, revision, at, author, reason, body }: RegistryDocument<K>,
  shown: (body: DocumentBody<K>) => object = (whole) => whole,
) => ({ id: lastPart(id), revision, at, author, reason, ...shown(body) });

/** viewReply: 200 with the revision as ETag. */
export const viewReply = <K extends DocumentKind>(
  document: RegistryDocument<K>,
  shown?: (body: DocumentBody<K>) => object,
): Reply => ({ status: 200, body: view(document, shown), revision: document.revision });

/** writtenReply: 201 for a new document, else 200. */
export const writtenReply = <K extends DocumentKind>(
  { document, outcome }: Written<K>,
  shown?: (body: DocumentBody<K>) => object,
): Reply => ({ ...viewReply(document, shown), status: outcome === 'created' ? 201 : 200 });
