import type { WriteIntent } from '../http/endpoint.js';
import type { ReceivedFile } from './upload-desk.js';
import type { UploadQuery } from './upload-query.js';

/** BaselineOrder: an upload that is complete and is to become a baseline. */
export type BaselineOrder = {
  project: string;
  model: string;
  version: string;
  query: UploadQuery;
  file: ReceivedFile;
  intent: WriteIntent;
};
