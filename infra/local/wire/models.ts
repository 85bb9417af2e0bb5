import { readFileSync } from 'node:fs';
import * as z from 'zod';

export const modelsFile = new URL('./models.json', import.meta.url);

export const reference = z.object({ shape: z.string() });

/** A shape of a request, in botocore's form; everything else in it is dropped. */
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
  /** What precedes the operation's name in the header `x-amz-target`. */
  targetPrefix: z.string().exactOptional(),
  operations: z.record(
    z.string(),
    z.object({
      /** Method and path, which identify it in REST. */
      path: z.string().exactOptional(),
      input: z.string(),
      /** The SDK's name of an error, and its code on the wire. */
      errors: z.array(z.object({ name: z.string(), code: z.string() })),
    }),
  ),
  shapes: z.record(z.string(), shapeSchema),
});
export type ServiceModel = z.output<typeof serviceSchema>;

const modelsSchema = z.object({
  source: z.string(),
  refreshedBy: z.string(),
  /** By the SDK's package name; except for `sesv2`, IAM uses the same one. */
  services: z.record(z.string(), serviceSchema),
});
export type Models = z.output<typeof modelsSchema>;

/** What AWS's service models say about the requests that the product makes, and about the errors that may answer them. */
export const readModels = (): Models => modelsSchema.parse(JSON.parse(readFileSync(modelsFile, 'utf8')));
