/*
 * Comfort on top of pages that work without it: copy buttons, forms that are sent once, times in the browser's zone
 * with UTC at hand, running countdowns, controls that open when their time comes, dialogs on top of their page,
 * previews of emails, pages that update when news arrives, and pages that are correct after the browser's Back.
 */

/** The product's time, which on one machine can be ahead of this browser's. */
const ahead = Date.parse(document.body.dataset.now ?? new Date().toISOString()) - Date.now();
const now = () => Date.now() + ahead;

const page = document.documentElement;
page.classList.add('scripted');

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

/*
 * Dialogs: a link to a dialog opens it on top of the page, with the content of the page at its address. The browser
 * navigates to anything that cannot be shown like that.
 */
let dialog;
/** Whether something was sent from the dialog, so that the page below may be out of date. */
let isChanged = false;

/** Fetches a page; undefined if that failed. */
async function ask(address, options) {
  page.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(address, options);
    return { url: answer.url, html: new DOMParser().parseFromString(await answer.text(), 'text/html') };
  } catch {
    return undefined;
  }
}

/** Shows the dialog of a page; returns whether it has one. */
function showDialog(answer) {
  const shown = answer?.html.querySelector('section.dialog');
  if (!shown) return false;
  const [content, status] = dialog?.open ? dialog.children : newDialog();
  content.className = shown.className;
  content.replaceChildren(...shown.childNodes);
  dialog.dataset.address = answer.url;
  if (!dialog.open) dialog.showModal();
  enhance(content);
  (content.querySelector('[autofocus]') ?? content).focus();
  dialog.scrollTop = 0;
  status.textContent = content.querySelector('[role=status], [role=alert]')?.textContent ?? '';
  page.removeAttribute('aria-busy');
  return true;
}

function newDialog() {
  dialog?.remove();
  dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'dialog-title');
  const [content, status] = [document.createElement('div'), document.createElement('p')];
  content.tabIndex = -1;
  status.className = 'hidden';
  status.setAttribute('role', 'status');
  status.dataset.announcer = '';
  dialog.append(content, status);
  dialog.addEventListener('close', () => {
    dialog.firstElementChild.replaceChildren();
    if (isChanged) void refresh();
    isChanged = false;
  });
  document.body.append(dialog);
  return [content, status];
}

/** Updates the page, and keeps its ticked boxes and the keyboard focus. */
async function refresh() {
  const { activeElement } = document;
  const answer = await ask(location.href);
  const news = answer?.html.querySelector('main');
  if (!news || answer.url !== location.href.replace(/#.*/, '')) {
    location.reload();
    return;
  }
  const main = document.querySelector('main');
  const ticked = new Set([...main.querySelectorAll('[name=line]:checked')].map(({ value }) => value));
  main.replaceChildren(...news.childNodes);
  for (const box of main.querySelectorAll('[name=line]')) box.checked = ticked.has(box.value);
  enhance(main);
  const link = activeElement?.getAttribute('href');
  const links = [...main.querySelectorAll('a')];
  (links.find((one) => link && one.getAttribute('href') === link) ?? main).focus();
  page.removeAttribute('aria-busy');
}

document.addEventListener('click', async (event) => {
  const { button, ctrlKey, metaKey, shiftKey, altKey } = event;
  const link = event.target.closest?.('a[data-dialog]:not(main .dialog *), dialog a[data-back]');
  if (!link || button !== 0 || ctrlKey || metaKey || shiftKey || altKey) return;
  if ('back' in link.dataset) {
    if (link.pathname + link.search !== location.pathname + location.search) return;
    event.preventDefault();
    // The dialog's `close` event comes a moment later.
    if (isChanged) page.setAttribute('aria-busy', 'true');
    dialog.close();
    return;
  }
  event.preventDefault();
  if (!showDialog(await ask(link.href))) location.assign(link.href);
});

document.addEventListener('submit', async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !form.closest('dialog') || submitter?.formTarget) return;
  event.preventDefault();
  isChanged = true;
  const body = new URLSearchParams(new globalThis.FormData(form, submitter));
  const answer = await ask(form.action, { method: 'POST', body });
  if (showDialog(answer)) return;
  if (!answer || answer.url === form.action) {
    // A form's token identifies a submission: one that the browser itself repeats has no second effect.
    submitItself(form, submitter);
  } else if (answer.url === location.href.replace(/#.*/, '')) {
    dialog.close();
  } else {
    location.assign(answer.url);
  }
});

/** Lets the browser send a form as with this button, whose value it otherwise leaves out. */
function submitItself(form, button) {
  if (button?.name) {
    const pressed = document.createElement('input');
    Object.assign(pressed, { type: 'hidden', name: button.name, value: button.value });
    form.append(pressed);
  }
  form.submit();
}

document.addEventListener('click', async ({ target }) => {
  const button = target.closest?.('[data-copy]');
  if (!button) return;
  const field = button.parentElement.querySelector('input, textarea');
  field.select();
  await navigator.clipboard.writeText(field.value);
  const { copied } = document.body.dataset;
  button.textContent = copied;
  (dialog?.open ? dialog : document).querySelector('[data-announcer]').textContent =
    `${copied}: ${field.getAttribute('aria-label')}`;
});

/** The format of times, as on the server. */
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

/** Shows times in the browser's zone with UTC at hand, or the other way round. */
function showTimes(inUtc) {
  for (const time of document.querySelectorAll('time')) {
    time.dataset.utc ??= time.textContent;
    // Rounded up, never early: something becomes possible at that time.
    const seconds = Math.ceil(Date.parse(time.dateTime) / 1000) * 1000;
    const here =
      'seconds' in time.dataset
        ? local.toSecond.format(seconds)
        : local.toMinute.format(new Date(time.dateTime));
    time.textContent = inUtc ? time.dataset.utc : here;
    time.ariaDescription = inUtc ? here : time.dataset.utc;
    if (!nameOf(time)) time.tabIndex = 0;
  }
}

/*
 * Times are shown in the other zone while they are pointed at, touched or focused. In a row or card that means while
 * its first link has the focus, so that times do not get between the keyboard and the buttons.
 */
const placeOf = (element) => element.closest('tr, article');
const nameOf = (time) => placeOf(time)?.querySelector('a');

let pointedAt;
let focused;
let tips = [];

function timesOf(element) {
  if (!element?.matches(':focus-visible')) return [];
  if (element.matches('time')) return [element];
  return [...(placeOf(element)?.querySelectorAll('time') ?? [])].filter((time) => nameOf(time) === element);
}

function tell() {
  for (const tip of tips) tip.remove();
  const times = [...new Set([pointedAt, ...timesOf(focused)])];
  tips = times
    .filter((time) => time?.ariaDescription && time.getClientRects().length > 0)
    .map((time) => tipOf(time));
}

/** Shows the other zone beside a time, within the window, without a gap that the pointer could fall into. */
function tipOf(time) {
  const tip = document.createElement('span');
  tip.className = 'tip';
  tip.popover = 'manual';
  tip.ariaHidden = 'true';
  tip.textContent = time.ariaDescription;
  // While a dialog is open, nothing outside it can be pointed at.
  (time.closest('dialog') ?? document.body).append(tip);
  tip.showPopover?.();
  const { left, top, bottom } = time.getBoundingClientRect();
  const isBelow = bottom + tip.offsetHeight <= page.clientHeight;
  tip.style.left = `${Math.max(0, Math.min(left, page.clientWidth - tip.offsetWidth))}px`;
  tip.style.top = `${isBelow ? bottom : top - tip.offsetHeight}px`;
  return tip;
}

function point({ target, type, pointerType }) {
  // A finger leaves what it touches at once: its click counts.
  if (type === 'pointerover' && pointerType === 'touch') return;
  const at = tips.includes(target) ? pointedAt : target.closest?.('time');
  if (at === pointedAt) return;
  pointedAt = at;
  tell();
}
document.addEventListener('pointerover', point);
document.addEventListener('click', point);
document.addEventListener('focusin', ({ target }) => {
  focused = target;
  tell();
});
document.addEventListener('focusout', () => {
  focused = undefined;
  tell();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || tips.length === 0) return;
  // Keeps the dialog below open.
  event.preventDefault();
  pointedAt = focused = undefined;
  tell();
});
for (const moved of ['scroll', 'resize']) addEventListener(moved, tell, { capture: true, passive: true });

/** What the browser stores from page to page; some store nothing. */
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
    // It still applies to this page.
  }
}

let isUtc = true;
const note = document.querySelector('[data-zone]');
const toggle = document.querySelector('[data-in-utc]');
if (note && zone && !/^(UTC|Etc\/UTC)$/.test(zone)) {
  const utcNote = note.textContent;
  const show = (inUtc) => {
    showTimes(inUtc);
    note.textContent = inUtc ? utcNote : note.dataset.zone.replace('{zone}', zone);
    toggle.textContent = inUtc ? toggle.dataset.inZone : toggle.dataset.inUtc;
  };
  isUtc = remembered('times') === 'utc';
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
  // As on the server, in `texts/units.ts`.
  return spans.format(unitsOf(milliseconds)).replaceAll(/(\d) (?=\p{Script=Han})/gu, '$1\u00A0');
}

function unitsOf(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 5) return { minutes, seconds: seconds % 60 };
  if (minutes < 60) return { minutes };
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return { hours, minutes: minutes % 60 };
  return { days: Math.floor(hours / 24), hours: hours % 24 };
}

/** Updates the countdowns on the page. */
function goOn() {
  for (const element of document.querySelectorAll('[data-left-to]')) {
    const { leftTo, leftText, overText, leftSoon } = element.dataset;
    const left = Date.parse(leftTo) - now();
    if (left > 0 && (!spans || (left > 3_600_000 && leftSoon !== undefined))) continue;
    const text = left > 0 ? leftText.replace('{left}', span(left)) : overText;
    // Keeps what follows in place if the text was longer before.
    element.style.minHeight ||= `${element.offsetHeight}px`;
    if (element.textContent !== text) element.textContent = text;
    if (left <= 0) delete element.dataset.leftTo;
  }
}
globalThis.setInterval(goOn, 1000);

/** Shows the email of a form when opened, and again when the form changes. */
function preview(details) {
  const button = details.querySelector('button');
  button.hidden = true;
  const show = () => {
    if (!details.open) return;
    // A new frame each time: otherwise the browser's Back would lead to the previous preview.
    const frame = details.querySelector('iframe');
    frame.replaceWith(frame.cloneNode());
    button.form.requestSubmit(button);
  };
  details.addEventListener('toggle', show);
  button.form.addEventListener('change', show);
}
/** Opens a control when its time comes. */
function open(control) {
  const left = Date.parse(control.dataset.opensAt) - now();
  if (left > 0) {
    setTimeout(open, Math.min(left, 1000), control);
    return;
  }
  control.classList.remove('off');
  control.removeAttribute('aria-describedby');
}

/**
 * Looks whether there is news; undefined if that failed. Not where the page leads instead: that may be the sign-in,
 * which only a person should begin.
 */
const look = (address) => fetch(address, { redirect: 'manual' }).catch(() => undefined);
const leadsElsewhere = (answer) => answer?.type === 'opaqueredirect';

/**
 * Reloads a page or dialog that waits for news once it arrives; checks after a second, then ever less often, for 5
 * minutes.
 */
function watch(waiting, pause = 1000, waited = 0) {
  setTimeout(async () => {
    if (!waiting.isConnected) return;
    const isInDialog = waiting.closest('dialog') !== null;
    const answer = await look(isInDialog ? dialog.dataset.address : location.href);
    const isLeft = leadsElsewhere(answer);
    const text = answer?.ok ? await answer.text() : '';
    if (text === '' || text.includes('data-awaits')) {
      if (waited < 300_000 && !isLeft) watch(waiting, pause * 1.5, waited + pause);
    } else if (!isInDialog) {
      location.reload();
    } else if (waiting.isConnected) {
      showDialog({ url: answer.url, html: new DOMParser().parseFromString(text, 'text/html') });
    }
  }, pause);
}

/** Keeps a job's progress up to date, and reloads the whole page when it ends. */
function follow() {
  setTimeout(async () => {
    const answer = await look(location.href);
    if (leadsElsewhere(answer)) return;
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

/** What is done for each part of a page when it is shown. */
function enhance(part) {
  if (!isUtc) showTimes(false);
  goOn();
  part.querySelectorAll('[data-opens-at]').forEach(open);
  part.querySelectorAll('.preview').forEach(preview);
  part.querySelectorAll('[data-awaits]').forEach((waiting) => watch(waiting));
}
enhance(document);

/** A time zone that nobody has chosen yet defaults to the browser's. */
const zones = document.querySelector('[data-browser-zone]');
if (zones && [...zones.options].some(({ value }) => value === zone)) zones.value = zone;

document.querySelector('[data-press]')?.click();
