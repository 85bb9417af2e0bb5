import type { Context, MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

const commonHeaders = {
  // With no-referrer, browsers would not say where a form comes from.
  referrerPolicy: 'same-origin',
  permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
} satisfies Parameters<typeof secureHeaders>[0];

/** Everything is loaded from here, nobody may frame the pages, and other sites learn nothing about them. */
const pageHeaders = secureHeaders({
  ...commonHeaders,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    // Previews of emails.
    frameSrc: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
  xFrameOptions: 'DENY',
});

/** The method counts as well, because an order or a line may be called `preview`. */
export const isPreview = ({ req }: Context): boolean =>
  req.method === 'POST' && req.path.endsWith('/preview');

/** A preview is framed by its dialog. Its email has inline styles; nothing runs, and no link leads anywhere. */
const previewHeaders = secureHeaders({
  ...commonHeaders,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'"],
    formAction: ["'none'"],
    frameAncestors: ["'self'"],
    baseUri: ["'none'"],
  },
  xFrameOptions: 'SAMEORIGIN',
});

/** The headers that tell browsers what pages may do, and who may frame them. */
export const protection: MiddlewareHandler = (c, next) =>
  (isPreview(c) ? previewHeaders : pageHeaders)(c, next);
