import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { queueUrlOf } from './aws-endpoint.ts';
import { tableName } from './table.ts';

const definitionFile = new URL('../workflow/order-line.asl.json', import.meta.url);

const names: Readonly<Record<string, string>> = {
  '${Partition}': 'aws',
  '${TableName}': tableName,
  '${SendingQueueUrl}': queueUrlOf('send-provisioning-email'),
};

/** The workflow's definition with this machine's names filled in, as CDK fills in a deployment's. */
export async function readDefinition(): Promise<z.core.util.JSONType> {
  const text = Object.entries(names).reduce(
    (filled, [placeholder, name]) => filled.replaceAll(placeholder, name),
    await readFile(definitionFile, 'utf8'),
  );
  return z.json().parse(JSON.parse(text));
}
