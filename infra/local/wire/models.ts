import { readFileSync } from 'node:fs';
import * as z from 'zod';

export const modelsFile = new URL('./models.json', import.meta.url);

export const reference = z.object({ shape: z.string() });

/** A shape of a request, as botocore writes it; what it says beyond this is dropped. */
export const shapeSchema = z.object({
  type: z.string(),
  required: z.array(z.string()).exactOptional(),
  members: z.record(z.string(), reference).exactOptional(),
  member: reference.exactOptional(),
  key: reference.exactOptional(),
  value: reference.exactOptional(),
  enum: z.array(z.string()).exactOptional(),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  pattern: z.string().exactOptional(),
});
export type Shape = z.output<typeof shapeSchema>;

const serviceSchema = z.object({
  protocol: z.string(),
  apiVersion: z.string(),
  /** What is before the operation's name in the header `x-amz-target`. */
  targetPrefix: z.string().exactOptional(),
  operations: z.record(
    z.string(),
    z.object({
      /** Method and path, by which REST names it. */
      path: z.string().exactOptional(),
      input: z.string(),
      /** The name that the SDK gives an error, and the code by which it comes over the wire. */
      errors: z.array(z.object({ name: z.string(), code: z.string() })),
    }),
  ),
  shapes: z.record(z.string(), shapeSchema),
});
export type ServiceModel = z.output<typeof serviceSchema>;

const modelsSchema = z.object({
  source: z.string(),
  refreshedBy: z.string(),
  /** By the name that the SDK's package has; but for `sesv2`, it is the one in IAM. */
  services: z.record(z.string(), serviceSchema),
});
export type Models = z.output<typeof modelsSchema>;

/** What AWS's service models say of the requests that the product makes, and of the errors that may answer them. */
export const readModels = (): Models => modelsSchema.parse(JSON.parse(readFileSync(modelsFile, 'utf8')));
