/*
 * Comfort on top of pages that work without it: copy buttons, forms that are sent once, controls that open when their
 * time has come, news that a page waits for, and pages that are true again after the browser's Back.
 */

/** The product's time, which on one machine can be ahead of this browser's. */
const ahead = Date.parse(document.body.dataset.now ?? new Date().toISOString()) - Date.now();
const now = () => Date.now() + ahead;

document.documentElement.classList.add('scripted');

addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  const isOther = event.submitter?.name === 'language';
  if (!('once' in form.dataset) || isOther) return;
  if (form.dataset.once === 'sent') {
    event.preventDefault();
    return;
  }
  form.dataset.once = 'sent';
  form.setAttribute('aria-busy', 'true');
});

document.addEventListener('click', async ({ target }) => {
  const button = target.closest?.('[data-copy]');
  if (!button) return;
  const field = button.parentElement.querySelector('input, textarea');
  field.select();
  await navigator.clipboard.writeText(field.value);
  const { copied } = document.body.dataset;
  button.textContent = copied;
  document.querySelector('[data-announcer]').textContent = `${copied}: ${field.getAttribute('aria-label')}`;
});

/** Opens a control when its time has come, and says until then how long that is. */
function open(control) {
  const left = Date.parse(control.dataset.opensAt) - now();
  const why = document.getElementById(control.getAttribute('aria-describedby'));
  if (left > 0) {
    setTimeout(open, Math.min(left, 1000), control);
    return;
  }
  control.classList.remove('off');
  control.removeAttribute('aria-describedby');
  if (why) why.textContent = why.dataset.openText;
}
document.querySelectorAll('[data-opens-at]').forEach(open);

/** Shows a page that waits for news anew once they have come; asks after a second, then ever less often, for 5 minutes. */
function watch(pause, waited) {
  setTimeout(async () => {
    const answer = await fetch(location.href).catch(() => undefined);
    const isLeft = answer?.redirected === true;
    const text = answer?.ok && !isLeft ? await answer.text() : '';
    if (text !== '' && !text.includes('data-awaits')) location.reload();
    else if (waited < 300_000 && !isLeft) watch(pause * 1.5, waited + pause);
  }, pause);
}
if (document.querySelector('[data-awaits]')) watch(1000, 0);

/** Keeps what goes on up to date, and shows the whole page anew once it has ended. */
function follow() {
  setTimeout(async () => {
    const answer = await fetch(location.href).catch(() => undefined);
    if (answer?.redirected) return;
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const news = page.querySelector('[data-live]');
      if (!news) {
        location.reload();
        return;
      }
      document.querySelector('[data-live]').replaceChildren(...news.childNodes);
    }
    follow();
  }, 2000);
}
if (document.querySelector('[data-live]')) follow();

document.querySelector('[data-press]')?.click();
