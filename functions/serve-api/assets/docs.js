/* Lets each call be made from its form, with the token that is typed above. */

document.documentElement.classList.add('scripts');

document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const output = form.querySelector('output');
  const fields = [...form.querySelectorAll('input')].filter(({ value }) => value !== '');
  const token = document.getElementById('token').value.trim();
  const body = form.querySelector('textarea')?.value;

  const headers = new Headers(token === '' ? {} : { authorization: `Bearer ${token}` });
  if (body !== undefined) headers.set('content-type', 'application/json');
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const { name, value, dataset } of fields) {
    if (dataset.in === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (dataset.in === 'query') query.set(name, value);
    else headers.set(name, value);
  }
  output.textContent = '…';
  try {
    const address = query.size === 0 ? path : `${path}?${query}`;
    const answer = await fetch(address, { method: form.dataset.method.toUpperCase(), headers, body });
    const text = await answer.text();
    output.textContent = `${answer.status} ${answer.statusText}\n\n${readable(text)}`;
  } catch (error) {
    output.textContent = String(error);
  }
});

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
