/*
 * Comfort on top of pages that work without it: copy buttons, forms that are sent once, times in the zone of the
 * browser, lengths of time that go on, controls that open when their time has come, previews of emails, news that a page
 * waits for, and pages that are true again after the browser's Back.
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
  const isOther = ['language', 'preview'].includes(event.submitter?.name);
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

/** How times are written, as on the server. */
const { lang } = document.documentElement;
const [tag, month] = lang === 'ja' ? ['ja-JP', 'numeric'] : ['en-GB', 'short'];
const written = (seconds, timeZone) =>
  new Intl.DateTimeFormat(tag, {
    day: 'numeric',
    month,
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: seconds,
    hourCycle: 'h23',
    timeZone,
    timeZoneName: 'short',
  });
const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const local = { toMinute: written(undefined, zone), toSecond: written('2-digit', zone) };

/** Shows times in the zone of the browser with UTC as their title, or the other way round. */
function showTimes(inUtc) {
  for (const time of document.querySelectorAll('time')) {
    time.dataset.utc ??= time.textContent;
    // Never early: from then on something may be done.
    const seconds = Math.ceil(Date.parse(time.dateTime) / 1000) * 1000;
    const here =
      'seconds' in time.dataset
        ? local.toSecond.format(seconds)
        : local.toMinute.format(new Date(time.dateTime));
    time.textContent = inUtc ? time.dataset.utc : here;
    time.title = inUtc ? here : time.dataset.utc;
  }
}

/** What the browser keeps from page to page; some keep nothing. */
function remembered(name) {
  try {
    return globalThis.localStorage.getItem(name);
  } catch {
    return null;
  }
}
function remember(name, value) {
  try {
    globalThis.localStorage.setItem(name, value);
  } catch {
    // It holds for this page.
  }
}

const note = document.querySelector('[data-zone]');
const toggle = document.querySelector('[data-in-utc]');
if (note && zone && !/^(UTC|Etc\/UTC)$/.test(zone)) {
  const utcNote = note.textContent;
  const show = (inUtc) => {
    showTimes(inUtc);
    note.textContent = inUtc ? utcNote : note.dataset.zone.replace('{zone}', zone);
    toggle.textContent = inUtc ? toggle.dataset.inZone : toggle.dataset.inUtc;
  };
  let isUtc = remembered('times') === 'utc';
  toggle.hidden = false;
  toggle.addEventListener('click', () => {
    isUtc = !isUtc;
    remember('times', isUtc ? 'utc' : 'zone');
    show(isUtc);
  });
  show(isUtc);
}

/** A length of time in its two largest units, down to seconds in the last five minutes. */
const spans = Intl.DurationFormat && new Intl.DurationFormat(tag, { style: 'long' });
function span(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 5) return spans.format({ minutes, seconds: seconds % 60 });
  if (minutes < 60) return spans.format({ minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return spans.format({ hours, minutes: minutes % 60 });
  return spans.format({ days: Math.floor(hours / 24), hours: hours % 24 });
}

/** Lets the lengths of time on the page go on. */
function goOn() {
  for (const element of document.querySelectorAll('[data-left-to]')) {
    const { leftTo, leftText, overText, leftSoon } = element.dataset;
    const left = Date.parse(leftTo) - now();
    if (left > 0 && (!spans || (left > 3_600_000 && leftSoon !== undefined))) continue;
    const text = left > 0 ? leftText.replace('{left}', span(left)) : overText;
    // What follows stays where it is, should the text have been longer so far.
    element.style.minHeight ||= `${element.offsetHeight}px`;
    if (element.textContent !== text) element.textContent = text;
    if (left <= 0) delete element.dataset.leftTo;
  }
}
if (document.querySelector('[data-left-to]')) {
  goOn();
  globalThis.setInterval(goOn, 1000);
}

/** Shows the email of a form once that is opened, and anew when the form changes. */
function preview(details) {
  const button = details.querySelector('button');
  button.hidden = true;
  const show = () => {
    if (!details.open) return;
    // A new frame each time: otherwise the browser's Back would lead from one preview to the one before.
    const frame = details.querySelector('iframe');
    frame.replaceWith(frame.cloneNode());
    button.form.requestSubmit(button);
  };
  details.addEventListener('toggle', show);
  button.form.addEventListener('change', show);
}
document.querySelectorAll('.preview').forEach(preview);

/** Opens a control when its time has come. */
function open(control) {
  const left = Date.parse(control.dataset.opensAt) - now();
  if (left > 0) {
    setTimeout(open, Math.min(left, 1000), control);
    return;
  }
  control.classList.remove('off');
  control.removeAttribute('aria-describedby');
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
