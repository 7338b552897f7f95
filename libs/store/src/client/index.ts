export { createDatabase, type Database, type Params, type StoreConfig } from './database.js';
export { bigInteger, flag, float, integer } from './fields.js';
export { RowBinary } from './row-binary.js';
export { StoreError } from './store-error.js';
export { cursors, offsetText } from './cursor.js';
