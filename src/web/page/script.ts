/**
 * The one script, in the language of 2017 (ES2017), for old phones. Everything but holding and hearing can be done without it. It
 * holds no template of HTML: it asks for the page anew and takes over what differs.
 */
export const SCRIPT = `'use strict';
(() => {
  const doc = document;
  const root = doc.documentElement;
  const one = (what, from) => (from || doc).querySelector(what);
  const all = (what, from) => Array.from((from || doc).querySelectorAll(what));
  root.classList.add('scripted');

  // ---- leaving: at once, whatever the network does, and with no way back to this page
  function leave() {
    const link = one('#leave');
    root.hidden = true;
    doc.title = '';
    location.replace(link ? link.href : 'about:blank');
  }
  let shifts = [];
  addEventListener('keydown', (event) => {
    if (event.repeat) return;
    if (event.key !== 'Shift') { shifts = []; return; }
    const now = Date.now();
    shifts = shifts.filter((at) => now - at < 2000);
    shifts.push(now);
    if (shifts.length === 3) leave();
  });

  // ---- taking over a page that was fetched
  let here = location.pathname + location.search;
  const same = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || '') === (b.id || '');
  // What somebody has opened, holds or typed stays theirs.
  const isTheirs = (element, name) => (name === 'open' && element.nodeName === 'DETAILS') || (name === 'class' && element.classList.contains('held')) || (element.id === 'lost' && name === 'hidden');
  function morph(from, to) {
    if (from.nodeType !== 1) { if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue; return; }
    if (from.nodeName === 'NOSCRIPT') return;
    for (const { name } of Array.from(from.attributes)) if (!to.hasAttribute(name) && !isTheirs(from, name)) from.removeAttribute(name);
    for (const { name, value } of Array.from(to.attributes)) if (from.getAttribute(name) !== value && !isTheirs(from, name)) from.setAttribute(name, value);
    let at = from.firstChild;
    for (const wanted of Array.from(to.childNodes)) {
      const known = wanted.id ? Array.from(from.children).find((child) => child.id === wanted.id && same(child, wanted)) : at && same(at, wanted) ? at : null;
      if (!known) { from.insertBefore(doc.importNode(wanted, true), at); continue; }
      if (known === at) at = at.nextSibling;
      else from.insertBefore(known, at);
      morph(known, wanted);
    }
    while (at) { const next = at.nextSibling; at.remove(); at = next; }
  }
  function show(text, url) {
    const next = new DOMParser().parseFromString(text, 'text/html');
    const script = one('script[src]', next);
    if (!script) throw new Error('no page of ours');
    // The house runs another version now: its page wants its own script.
    if (script.getAttribute('src') !== one('script[src]').getAttribute('src')) { location.reload(); return; }
    const focused = doc.activeElement;
    morph(doc.body, next.body);
    doc.title = next.title;
    root.lang = next.documentElement.lang;
    root.dir = next.documentElement.dir;
    const to = new URL(url, location.href);
    here = to.pathname + to.search;
    found();
    settle();
    if (focused && focused !== doc.body && !doc.contains(focused)) one('#main').focus();
  }

  // ---- asking
  async function ask(url, options, patience) {
    const stop = typeof AbortController === 'function' ? new AbortController() : null;
    const timer = setTimeout(() => { if (stop) stop.abort(); }, patience);
    try {
      const answer = await fetch(url, Object.assign({ credentials: 'same-origin', cache: 'no-store', headers: { accept: 'text/html' } }, options, stop ? { signal: stop.signal } : {}));
      return { ok: answer.ok, status: answer.status, url: answer.url, text: await answer.text() };
    } finally { clearTimeout(timer); }
  }
  const tooBusy = (answer) => answer.status === 429 || answer.status >= 500;
  let asking = 0;
  let wanted = false;
  let sending = 0;
  let sent = 0;
  async function refresh() {
    if (asking || sending) { wanted = true; return; }
    asking += 1;
    const from = here;
    const before = sent;
    try {
      const answer = await ask(from, {}, 10000);
      // Something was sent meanwhile: this page is older than what came of it.
      if (tooBusy(answer)) throw new Error('later');
      if (before === sent && sending === 0 && from === here) show(answer.text, answer.url);
    } catch (error) { lost(); }
    asking -= 1;
    if (wanted) { wanted = false; soon(); }
  }
  let soonTimer = null;
  function soon() { if (soonTimer === null) soonTimer = setTimeout(() => { soonTimer = null; if (isLive()) refresh(); }, 80); }

  // ---- knowing, and saying when nothing is known
  let stream = null;
  let streamOpened = false;
  let heardAt = Date.now();
  let again = null;
  const isLive = () => doc.body.hasAttribute('data-live');
  function lost() {
    if (!isLive() || root.hasAttribute('data-lost')) { retry(); return; }
    root.setAttribute('data-lost', '');
    const bar = one('#lost');
    bar.hidden = false;
    const word = one('#state-word');
    if (word) word.textContent = bar.getAttribute('data-word');
    retry();
  }
  function found() {
    heardAt = Date.now();
    root.removeAttribute('data-lost');
    one('#lost').hidden = true;
  }
  function retry() {
    if (again !== null) return;
    again = setTimeout(() => { again = null; refresh(); }, 1500);
  }
  function hangUp() { if (stream) stream.close(); stream = null; streamOpened = false; }
  function listen() {
    if (stream || !isLive() || typeof EventSource !== 'function') return;
    stream = new EventSource('/api/stream');
    const own = stream;
    const heard = () => { heardAt = Date.now(); };
    own.addEventListener('open', () => { streamOpened = true; heard(); soon(); });
    ['state', 'panel', 'zone', 'output', 'alarms', 'walk'].forEach((name) => own.addEventListener(name, () => { heard(); soon(); }));
    own.addEventListener('ping', heard);
    own.addEventListener('error', () => {
      if (own !== stream) return;
      // One that never opened was refused, as when too many are open: the page is asked for again and again instead.
      const was = streamOpened;
      hangUp();
      if (was) lost(); else retry();
    });
  }
  setInterval(() => {
    if (!isLive()) return;
    const silent = Date.now() - heardAt;
    if (silent > 12000) { hangUp(); lost(); }
  }, 1000);
  setInterval(() => { if (isLive() && !doc.hidden) soon(); }, 30000);
  // What is only heard on a radio, or waited for from a phone, tells no stream of it.
  setInterval(() => { if (isLive() && !doc.hidden && one('[data-often]')) soon(); }, 2500);
  addEventListener('offline', () => { hangUp(); lost(); });
  addEventListener('online', soon);
  doc.addEventListener('visibilitychange', () => {
    if (doc.hidden || !isLive()) return;
    if (Date.now() - heardAt > 8000) { hangUp(); lost(); }
    soon();
  });
  // A page that the browser had put aside is as old as when it was left.
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  // ---- sending
  let pressed = null;
  doc.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    pressed = button && button.form ? button : null;
    const key = button && button.closest('.pad') && button.getAttribute('data-key');
    if (key) {
      const field = doc.getElementById(button.closest('.pad').getAttribute('data-for'));
      field.value = key === 'back' ? field.value.slice(0, -1) : field.value + key;
      return;
    }
    if (event.target.closest('#leave')) { event.preventDefault(); leave(); }
    if (event.target.closest('#beeps')) { mute(); }
  });
  doc.addEventListener('submit', async (event) => {
    const form = event.target;
    // A call for help waits for nothing else that is being sent, and leaves nothing open behind it.
    if (form.getAttribute('action') === '/now') { event.preventDefault(); form.closest('details').open = false; call(Date.now() + 600000); return; }
    if (form.method !== 'post' || form.hasAttribute('data-plain') || sending) { if (sending) event.preventDefault(); return; }
    event.preventDefault();
    const button = event.submitter || (pressed && pressed.form === form ? pressed : null);
    const body = new URLSearchParams();
    new FormData(form).forEach((value, name) => body.append(name, value));
    if (button && button.name) body.append(button.name, button.value);
    sending += 1;
    sent += 1;
    root.setAttribute('aria-busy', 'true');
    try {
      const answer = await ask(form.getAttribute('action'), { method: 'POST', body }, 20000);
      if (tooBusy(answer)) throw new Error('later');
      sending -= 1;
      all('input[type=password]', form).forEach((field) => { field.value = ''; });
      all('input[type=checkbox]', form).forEach((field) => { field.checked = false; });
      show(answer.text, answer.url);
      const field = one('[aria-invalid]') || one('.wrong');
      if (field) { const inside = field.closest('details'); if (inside) inside.open = true; field.focus(); field.scrollIntoView({ block: 'center' }); }
    } catch (error) { sending -= 1; heardAt = 0; hangUp(); lost(); }
    root.removeAttribute('aria-busy');
    if (wanted) { wanted = false; soon(); }
  });

  // ---- holding for help. What it has done shows nowhere; that it could not be sent shows as any lost house does.
  const HOLD_MS = 1500;
  let holding = null;
  function hold(button) {
    if (holding) return;
    button.classList.add('held');
    holding = { button, timer: setTimeout(() => { holding.timer = null; call(Date.now() + 600000); }, HOLD_MS) };
  }
  function release() {
    if (!holding) return;
    clearTimeout(holding.timer);
    holding.button.classList.remove('held');
    holding = null;
  }
  async function call(until) {
    try {
      const answer = await ask('/now', { method: 'POST' }, 8000);
      if (!tooBusy(answer)) { show(answer.text, answer.url); return; }
    } catch (error) { hangUp(); lost(); }
    if (Date.now() < until) setTimeout(() => call(until), 2000);
  }
  const helpOf = (event) => event.target.closest && event.target.closest('.help');
  doc.addEventListener('pointerdown', (event) => { const button = helpOf(event); if (button && event.button === 0) hold(button); });
  ['pointerup', 'pointercancel'].forEach((name) => doc.addEventListener(name, release));
  doc.addEventListener('pointermove', (event) => { if (holding && event.pointerType === 'mouse' && !helpOf(event)) release(); });
  doc.addEventListener('keydown', (event) => {
    const button = helpOf(event);
    if (!button || (event.key !== ' ' && event.key !== 'Enter')) return;
    event.preventDefault();
    if (!event.repeat) hold(button);
  });
  doc.addEventListener('keyup', (event) => { if (event.key === ' ' || event.key === 'Enter') release(); });
  doc.addEventListener('focusout', (event) => { if (holding && event.target === holding.button) release(); });
  addEventListener('blur', release);
  doc.addEventListener('contextmenu', (event) => { if (helpOf(event)) event.preventDefault(); });

  // ---- counting, to see and to hear
  let endsAt = null;
  let shown = null;
  let audio = null;
  let quiet = false;
  try { quiet = localStorage.getItem('beeps') === 'off'; } catch (error) { /* no storage: beeps stay on */ }
  function mute() {
    quiet = !quiet;
    try { if (quiet) localStorage.setItem('beeps', 'off'); else localStorage.removeItem('beeps'); } catch (error) { /* until the page is left */ }
    settle();
  }
  // A browser lets a page sound only once somebody has touched it.
  function allowSound() {
    const Sound = window.AudioContext || window.webkitAudioContext;
    if (!Sound) return;
    audio = audio || new Sound();
    if (audio.state === 'suspended') audio.resume().then(() => {}, () => {});
  }
  addEventListener('pointerdown', allowSound);
  addEventListener('keydown', allowSound);
  function beep(left) {
    if (quiet) return;
    root.setAttribute('data-beeps', String(Number(root.getAttribute('data-beeps') || 0) + 1));
    if (!audio || audio.state !== 'running') return;
    const times = left <= 10 ? [0, 0.22] : [0];
    times.forEach((after) => {
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      const from = audio.currentTime + after;
      tone.frequency.value = 880;
      loud.gain.setValueAtTime(0, from);
      loud.gain.linearRampToValueAtTime(0.25, from + 0.01);
      loud.gain.setValueAtTime(0.25, from + 0.1);
      loud.gain.linearRampToValueAtTime(0, from + 0.13);
      tone.connect(loud);
      loud.connect(audio.destination);
      tone.start(from);
      tone.stop(from + 0.14);
    });
  }
  function count() {
    const place = one('#left');
    if (!place || endsAt === null || root.hasAttribute('data-lost')) return;
    const left = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));
    if (left === shown) return;
    const first = shown === null;
    shown = left;
    place.textContent = String(left);
    if (left > 0) beep(left);
    if (left === 10 && !first) one('#says').textContent = one('.leftwhat').textContent + ': 10';
  }
  setInterval(count, 100);

  // ---- after every page
  function settle() {
    const place = one('#left');
    endsAt = place ? Date.now() + Number(place.getAttribute('data-left')) : null;
    if (!place) { shown = null; const says = one('#says'); if (says) says.textContent = ''; }
    count();
    const beeps = one('#beeps');
    if (beeps) beeps.textContent = beeps.getAttribute(quiet ? 'data-on' : 'data-off');
    if (isLive()) listen(); else hangUp();
  }
  settle();
})();
`;
