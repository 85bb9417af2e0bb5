import validations, { type AttributeValue, type ValidateAttributeValue } from 'dynalite/validations/index.js';

const { validateAttributeValue } = validations;

/**
 * Replaces dynalite's recursive check of attribute values by one that gives the same answers. V8 optimizes the
 * recursion for the values it has seen, and drops that at the next list, over and over, which takes a quarter of the
 * time of a write.
 */
export function checkValuesInTurn(): void {
  validations.validateAttributeValue = (value) => refusalOf(value, validateAttributeValue);
}

/** Why the value, or the first wrong one in it, is refused. */
function refusalOf(value: AttributeValue, validate: ValidateAttributeValue): string | undefined {
  const [type = '', ...others] = Object.keys(value);
  if (others.length > 0) return validate(value);
  if (type === 'S') return undefined;
  const inner = type === 'M' ? Object.values(value.M ?? {}) : type === 'L' ? value.L : undefined;
  if (!inner) return validate(value);
  for (const one of inner) {
    const refusal = refusalOf(one, validate);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
