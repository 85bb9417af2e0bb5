import validations, { type AttributeValue } from 'dynalite/validations/index.js';
import fc from 'fast-check';
import { checkValuesInTurn } from '../../infra/local/attribute-values.ts';

const { validateAttributeValue: ownCheck } = validations;

const leaf = fc.oneof(
  fc.record({ S: fc.string() }),
  fc.record({ N: fc.oneof(fc.integer().map(String), fc.constantFrom('1.50', '1e200', 'x', '')) }),
  fc.record({ NULL: fc.boolean() }),
  fc.record({ SS: fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }) }),
  fc.constant({}),
  fc.record({ S: fc.string(), N: fc.constant('1') }),
);
const { value: anyValue } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ L: fc.array(tie('value'), { maxLength: 4 }) }),
    fc.record({ M: fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }) }),
  ),
}));

test('a value is refused for the same reason as by the library itself, or kept in the same form', () => {
  checkValuesInTurn();
  fc.assert(
    fc.property(anyValue, (value) => {
      const other = structuredClone(value);
      expect(validations.validateAttributeValue(value)).toBe(ownCheck(other));
      expect(value).toEqual(other);
    }),
  );
});
