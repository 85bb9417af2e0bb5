import { runBundle } from './bundles.js';

/** What `npm start` runs. */
await runBundle('main');
