import { runBundle } from './bundles.js';

/** The thread of the table, for whoever starts it: `npm start`, or a test. */
await runBundle('table-server');
