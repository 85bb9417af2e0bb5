import validations, { type AttributeValue, type ValidateAttributeValue } from 'dynalite/validations/index.js';

/**
 * Lets dynalite check the values of attributes as before, but not by its own recursion: V8 optimizes that for what it saw
 * so far, and gives it up at the next list, again and again, which takes a quarter of the time of a write.
 */
export function checkValuesInTurn(): void {
  const { validateAttributeValue } = validations;
  validations.validateAttributeValue = (value) => refusalOf(value, validateAttributeValue);
}

/** Why the value, or the first one in it that is wrong, is refused. */
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
