/* Lets readers make each call from its section, with the token typed above. */

document.documentElement.classList.add('scripts');

for (const section of document.querySelectorAll('section[data-path]')) {
  const name = section.querySelector('h3').textContent;
  const form = element('form', { ariaLabel: name });
  const id = section.querySelector('h3').id;
  for (const { dataset } of section.querySelectorAll('[data-in]')) {
    const input = element('input', { name: dataset.name, autocomplete: 'off', spellcheck: false });
    input.dataset.in = dataset.in;
    input.required = dataset.in === 'path';
    labelled(form, `${id}-${dataset.name}`, dataset.name, input);
  }
  const body = section.querySelector('[data-body]')?.dataset.body;
  if (body !== undefined)
    labelled(form, `${id}-body`, 'body', element('textarea', { value: body, rows: 6, spellcheck: false }));
  form.append(element('button', { textContent: 'Send' }));
  const output = element('output', { tabIndex: 0, ariaLabel: `Answer to ${name}` });
  form.append(output);
  const details = element('details', {});
  details.append(element('summary', { textContent: 'Try it' }), form);
  section.append(details);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    output.textContent = '…';
    output.textContent = await send(section.dataset, form).catch(String);
  });
}

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function labelled(form, id, text, input) {
  input.id = id;
  const label = element('label', { htmlFor: id });
  label.append(element('code', { textContent: text }));
  form.append(label, input);
}

async function send({ method, path }, form) {
  const token = document.getElementById('token').value.trim();
  const body = form.querySelector('textarea')?.value;
  const headers = new Headers(token === '' ? {} : { authorization: `Bearer ${token}` });
  if (body !== undefined) headers.set('content-type', 'application/json');
  const query = new URLSearchParams();
  for (const { name, value, dataset } of form.querySelectorAll('input')) {
    if (value === '') continue;
    if (dataset.in === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (dataset.in === 'query') query.set(name, value);
    else headers.set(name, value);
  }
  const answer = await fetch(query.size === 0 ? path : `${path}?${query}`, { method, headers, body });
  return `${answer.status} ${answer.statusText}\n\n${readable(await answer.text())}`;
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
