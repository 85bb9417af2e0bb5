import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { edited, placeBefore, skippableFunctions } from '../../infra/skippable-functions.ts';

/** Longer than what is not worth rewriting. */
const long = `'${'x'.repeat(60)}'`;

const rewritten = (code: string): string => edited(code, skippableFunctions(code));

test.each([
  [`(a,b)=>{return[a,b,${long}]}`, `function(a,b){return[a,b,${long}]}`],
  [`a=>[a,${long}]`, `function(a){return [a,${long}]}`],
  [`async a=>[a,${long}]`, `async function( a){return [a,${long}]}`],
  [`async(a)=>({a,b:${long}})`, `async function(a){return ({a,b:${long}})}`],
  [`a=>[function(){return this},${long}]`, `function(a){return [function(){return this},${long}]}`],
  [`({a=()=>1},...b)=>[a(),b,${long}]`, `function({a=()=>1},...b){return [a(),b,${long}]}`],
])('%s is written as a function expression', (arrow, written) => {
  expect(rewritten(`var f=${arrow};`)).toBe(`var f=${written};`);
});

test.each([
  ['is short', 'var f=a=>a+1;'],
  ['has the `this` around it', `var f=a=>[this,${long}];`],
  ['has it in an arrow function within', `var f=a=>[()=>this,${long}];`],
  ['has it in the name of a method', `var f=()=>({[this.a](){},b:${long}});`],
  ['has the `arguments` around it', `var f=()=>[arguments,${long}];`],
  ['has the target of `new` around it', `class A{b=()=>[new.target,${long}]}`],
  ['has the class above', `class A extends B{b=()=>[super.b,${long}]}`],
  ['is in a function that is skipped already', `function g(){return a=>[a,${long}]}`],
])('an arrow function stays that %s', (_, code) => {
  expect(rewritten(code)).toBe(code);
});

test('within one that stays, others are rewritten', () => {
  expect(rewritten(`var f=()=>this.g(a=>[a,${long}]);`)).toBe(
    `var f=()=>this.g(function(a){return [a,${long}]});`,
  );
});

const expression: fc.Arbitrary<string> = fc.letrec<{ value: string; arrow: string; call: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('1', 'x', `${long}.length`),
    tie('arrow').map((arrow) => `[${arrow}].length`),
    tie('call'),
  ),
  arrow: fc
    .tuple(fc.constantFrom('x=>', '(x,y=2)=>', 'async x=>'), tie('value'), fc.boolean())
    .map(([head, value, isBlock]) => head + (isBlock ? `{return ${value}+${long}.length}` : `(${value})`)),
  call: fc.tuple(tie('value'), tie('value')).map(([a, b]) => `((x,y)=>x+y+${long}.length)(${a},${b})`),
})).value;

test('the code does the same afterwards', () => {
  fc.assert(
    fc.property(expression, (code) => {
      const run = (of: string): unknown => runInNewContext(`var x=5;${of}`);
      expect(run(rewritten(code))).toEqual(run(code));
    }),
  );
});

test('each place in the code is found again', () => {
  fc.assert(
    fc.property(expression, (code) => {
      const edits = skippableFunctions(code);
      const after = edited(code, edits);
      const isReplaced = (place: number) =>
        edits.some(({ at, length }) => place >= at && place < at + length);
      const found = new Set(
        Array.from(after, (character, place) => [character, placeBefore(place, edits)] as const)
          .filter(([character, place]) => code[place] === character)
          .map(([, place]) => place),
      );
      const lost = Array.from(code, (_, place) => place).filter(
        (place) => !found.has(place) && !isReplaced(place),
      );
      expect(lost).toEqual([]);
    }),
  );
});
