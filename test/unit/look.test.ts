import { readFile } from 'node:fs/promises';

test('all text of the console is of one scale, and so are all distances', async () => {
  const css = await readFile('functions/serve-console/assets/console.css', 'utf8');
  const declarations = css.matchAll(/^ +((?:padding|margin|gap|font-size)(?:-[a-z-]+)?): ([^;]+);/gm);
  const own = [...declarations].filter(([, , value = '']) => {
    const rest = value.replaceAll(/var\(--(?:space|text|side|widest)-?\w*\)|auto|inherit|\b1px\b/g, '');
    return /\d(?:rem|em|px)/.test(rest.replace(/^calc\(1\.5rem/, '')) && !value.includes('4vh');
  });
  // On paper, all text is smaller by the same.
  expect(own.map(([, name, value]) => `${name}: ${value}`)).toEqual(['font-size: 11px']);
});
