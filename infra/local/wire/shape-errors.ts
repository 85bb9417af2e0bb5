import type { InputError } from '../../../shared/contracts/validation.ts';
import type { ServiceModel, Shape } from './models.ts';

/**
 * What a service's model objects to in an input of a shape. Every value of every request is checked, so this walks the
 * model itself: a schema built from it takes several times as long.
 */
export function shapeErrors({ shapes }: ServiceModel, root: string, input: unknown): readonly InputError[] {
  const errors: InputError[] = [];
  const path: (string | number)[] = [];
  const refuse = (message: string): void => {
    errors.push({ path: path.join('.'), message });
  };

  function look(name: string, value: unknown): void {
    const shape = shapes[name];
    if (!shape) throw new Error(`the model has no shape ${name}`);
    const { type } = shape;
    if (type === 'structure' && isObject(value)) lookAtMembers(shape, value);
    else if (type === 'map' && isObject(value)) lookAtEntries(shape, value);
    else if (type === 'list' && Array.isArray(value)) lookAtItems(shape, value);
    else if (type === 'string' && typeof value === 'string') lookAtText(shape, value);
    else if (isInteger(type) && Number.isSafeInteger(value)) bound(shape, Number(value), 'a value');
    else if (type === 'timestamp' && typeof value === 'number')
      return; // In the form of AWS's JSON protocols.
    else if (type === 'boolean' && typeof value === 'boolean') return;
    else if (type === 'blob' && typeof value === 'string' && base64.test(value)) return;
    else refuse(`expected ${type}`);
  }

  function lookWithin(key: string | number, name: string | undefined, value: unknown): void {
    path.push(key);
    if (name === undefined) refuse('is not known here');
    else look(name, value);
    path.pop();
  }

  function lookAtMembers({ members = {}, required = [] }: Shape, value: object): void {
    for (const [key, inner] of Object.entries(value))
      lookWithin(key, Object.hasOwn(members, key) ? members[key]?.shape : undefined, inner);
    for (const key of required) {
      if (Object.hasOwn(value, key)) continue;
      path.push(key);
      refuse('is missing');
      path.pop();
    }
  }

  function lookAtEntries(shape: Shape, value: object): void {
    const entries = Object.entries(value);
    bound(shape, entries.length, 'a size');
    for (const [key, inner] of entries) {
      lookWithin(key, shape.key?.shape, key);
      lookWithin(key, shape.value?.shape, inner);
    }
  }

  function lookAtItems(shape: Shape, value: readonly unknown[]): void {
    bound(shape, value.length, 'a length');
    value.forEach((inner, index) => lookWithin(index, shape.member?.shape, inner));
  }

  function lookAtText(shape: Shape, value: string): void {
    if (shape.enum && !shape.enum.includes(value)) refuse(`must be one of ${shape.enum.join(', ')}`);
    bound(shape, value.length, 'a length');
    if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value))
      refuse(`must match the pattern ${shape.pattern}`);
  }

  function bound(shape: Shape, size: number, what: string): void {
    if (shape.min !== undefined && size < shape.min) refuse(`must have ${what} >=${shape.min}`);
    if (shape.max !== undefined && size > shape.max) refuse(`must have ${what} <=${shape.max}`);
  }

  look(root, input);
  return errors;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isInteger = (type: string): boolean => type === 'integer' || type === 'long';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const patterns = new Map<string, RegExp>();

/** A model's patterns apply to the whole text. */
function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern})$`, 'u');
  patterns.set(pattern, known);
  return known;
}
