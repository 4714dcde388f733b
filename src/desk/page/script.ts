/**
 * The page's script: live parts, keys and sounds. Everything can be done without it. It holds no template of HTML: the
 * parts it puts in are the server's own.
 */
export const SCRIPT = `'use strict';
(() => {
  const one = (what, from = document) => from.querySelector(what);
  const all = (what, from = document) => [...from.querySelectorAll(what)];
  const live = one('[data-live]');
  const says = one('#says');
  const lost = one('#lost');
  const muted = one('#muted');
  const say = (text) => { if (says) says.textContent = text; };
  let keysOn = true;
  try { keysOn = localStorage.getItem('keys') !== 'off'; } catch { /* no storage: keys stay on */ }

  // ---- sounds: one shape for each severity, made here
  let audio = null;
  const shapes = {
    help: { tones: [[740, 0], [988, .18], [740, .36], [988, .54], [740, .72], [988, .9]], kind: 'square', long: .17, loud: .16 },
    alarm: { tones: [[880, 0], [880, .22], [880, .44]], kind: 'triangle', long: .15, loud: .3 },
    fault: { tones: [[330, 0], [262, .3]], kind: 'sine', long: .28, loud: .3 },
  };
  function sound(severity) {
    document.documentElement.dataset.sounded = severity + ':' + (Number((document.documentElement.dataset.sounded || ':0').split(':')[1]) + 1);
    const shape = shapes[severity];
    if (!audio || audio.state !== 'running' || !shape) return;
    for (const [hertz, after] of shape.tones) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const from = audio.currentTime + after;
      tone.type = shape.kind;
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(shape.loud, from + .015);
      volume.gain.setValueAtTime(shape.loud, from + shape.long - .03);
      volume.gain.linearRampToValueAtTime(0, from + shape.long);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + shape.long);
    }
  }
  const showMuted = () => { if (muted) muted.hidden = Boolean(audio && audio.state === 'running'); };
  function allowSound() {
    audio = audio || new AudioContext();
    audio.resume().then(showMuted, () => {});
  }
  // A browser lets a page sound only once somebody has touched it.
  if (live) {
    addEventListener('pointerdown', allowSound);
    addEventListener('keydown', allowSound);
    try { audio = new AudioContext(); audio.addEventListener('statechange', showMuted); } catch { /* no sound here */ }
    showMuted();
  }
  all('[data-sound]').forEach((button) => button.addEventListener('click', () => { allowSound(); audio.resume().then(() => sound(button.dataset.sound)); }));

  // ---- what rings
  const order = ['help', 'alarm', 'fault'];
  let rung = null;
  function ring() {
    const rows = all('[data-alerts]', live);
    const now = new Map(rows.map((row) => [row.dataset.id, row]));
    const fresh = rows.filter((row) => row.dataset.state === 'open' && (rung === null || (rung.get(row.dataset.id) || 0) < Number(row.dataset.alerts)));
    const again = rung !== null && fresh.some((row) => (rung.get(row.dataset.id) || 0) > 0);
    rung = new Map([...now].map(([id, row]) => [id, Number(row.dataset.alerts)]));
    if (fresh.length === 0) return;
    const worst = order.find((severity) => fresh.some((row) => row.dataset.severity === severity));
    sound(worst);
    say((again ? 'Not touched yet: ' : 'New: ') + fresh.slice(0, 3).map((row) => row.dataset.says).join('; ') + (fresh.length > 3 ? ' and more' : ''));
  }

  // ---- live parts
  function ages() {
    for (const time of all('time[data-age]')) {
      const s = Math.max(0, Math.round((Date.now() + drift - Date.parse(time.dateTime)) / 1000));
      time.textContent = s < 60 ? s + ' s' : s < 3600 ? Math.floor(s / 60) + ' min ' + String(s % 60).padStart(2, '0') + ' s' : Math.floor(s / 3600) + ' h ' + Math.floor((s % 3600) / 60) + ' min';
    }
  }
  let drift = live ? Number(live.dataset.now) - Date.now() : 0;
  let busy = false;
  let wanted = false;
  async function refresh() {
    if (busy) { wanted = true; return; }
    busy = true;
    try {
      const answer = await fetch(live.dataset.live, { headers: { accept: 'text/html' } });
      if (answer.status === 401) { location.href = '/sign-in'; return; }
      if (answer.ok) {
        const held = document.activeElement && live.contains(document.activeElement) ? document.activeElement.id : '';
        const place = all('a[data-go]', live).findIndex((link) => link.id === held);
        live.innerHTML = await answer.text();
        const links = all('a[data-go]', live);
        const back = held && (document.getElementById(held) || links[Math.min(Math.max(place, 0), links.length - 1)]);
        if (back) back.focus();
        ring();
        ages();
      }
    } catch { /* the stream tells when the desk is gone */ }
    busy = false;
    if (wanted) { wanted = false; void refresh(); }
  }
  let heardAt = Date.now();
  if (live) {
    const stream = new EventSource('/live');
    const here = () => { heardAt = Date.now(); lost.hidden = true; };
    stream.addEventListener('open', () => { here(); void refresh(); });
    stream.addEventListener('change', () => { here(); void refresh(); });
    stream.addEventListener('ping', (event) => { here(); drift = Number(event.data) - Date.now(); });
    stream.addEventListener('over', () => { location.href = '/sign-in'; });
    stream.addEventListener('error', () => { lost.hidden = false; });
    setInterval(() => { if (Date.now() - heardAt > 12000) lost.hidden = false; ages(); }, 1000);
    ring();
    ages();
  }

  // ---- forms that stay on the page
  document.addEventListener('submit', async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (!form.matches('[data-stay]')) return;
    event.preventDefault();
    const action = (button && button.getAttribute('formaction')) || form.getAttribute('action');
    const body = new URLSearchParams(new FormData(form, button));
    if (button) button.disabled = true;
    try {
      const answer = await fetch(action, { method: 'POST', body, headers: { 'x-part': 'said' } });
      if (answer.status === 401) { location.href = '/sign-in'; return; }
      const text = await answer.text();
      say(text);
      if (answer.ok && form.elements.once) {
        form.elements.once.value = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now();
        all('textarea, input[type=text]', form).forEach((field) => { field.value = ''; });
      }
      await refresh();
    } catch { say('The desk did not answer. Nothing may have been done; try again.'); lost.hidden = false; }
    if (button) button.disabled = false;
  });

  // ---- keys
  const row = () => (document.activeElement && document.activeElement.closest('tr[data-id]')) || one('tr[data-id]', live || document);
  function move(by) {
    const links = all('a[data-go]');
    const at = links.indexOf(document.activeElement);
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: 'nearest' }); }
  }
  const press = (what) => { const found = one(what); if (found) { if (/^(INPUT|TEXTAREA|SELECT)$/.test(found.tagName)) found.focus(); else found.click(); } return Boolean(found); };
  const open = (row, hash) => { if (row) location.href = '/cases/' + encodeURIComponent(row.dataset.id) + hash; };
  const keys = {
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
    a: () => { const there = row(); const button = there ? one('[data-key=a]', there) : one('[data-key=a]'); if (button) button.click(); },
    n: () => press('[data-key=n]') || open(row(), '#note'),
    c: () => press('[data-key=c]') || open(row(), '#close'),
    p: () => press('[data-key=p]') || open(row(), '#person'),
    s: () => press('[data-key=s]'),
    q: () => { location.href = '/'; },
    h: () => { location.href = '/hubs'; },
  };
  addEventListener('keydown', (event) => {
    const field = event.target.closest('input, textarea, select');
    if (event.key === 'Escape' && field) { field.blur(); return; }
    if (!keysOn || !live || field || event.ctrlKey || event.metaKey || event.altKey) return;
    const does = keys[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
  const toggle = one('#keys');
  if (toggle) {
    const show = () => { toggle.textContent = keysOn ? 'Turn single keys off' : 'Turn single keys on'; };
    toggle.hidden = false;
    toggle.addEventListener('click', () => { keysOn = !keysOn; try { localStorage.setItem('keys', keysOn ? 'on' : 'off'); } catch { /* until the page is left */ } show(); });
    show();
  }
  const target = location.hash && one('[data-key=' + ({ '#note': 'n', '#close': 'c', '#person': 'p' }[location.hash] || 'none') + ']');
  if (target) target.focus();
})();
`;
