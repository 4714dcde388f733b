import { type Html, html } from '../../base/html.ts';
import type { ProvisionView } from '../../hub/ports.ts';
import { TESTS_NEEDED } from '../../provision/job.ts';
import { type Told, timeOfDay, toldAt } from './layout.ts';

/** What the page knows besides: until the walk ends, and how clocks go in this house. */
export interface Here {
  readonly leftMinutes: number | null;
  readonly timezone: string;
}

/** Each detector twice, the personal alarm from every room, every path timed. */
export function walkBody(view: ProvisionView, here: Here, told: Told | null): Html {
  return html`${walkPart(view, here.leftMinutes, told)}${detectorsPart(view, here.timezone)}${roomsPart(view, told)}${pathsPart(view, told)}`;
}

const button = (act: string, text: string, main: 'main' | 'plain' = 'plain'): Html =>
  html`<form method="post" action="/install/walk"><input type="hidden" name="act" value="${act}"><button${main === 'main' ? html` class="main"` : null}>${text}</button></form>`;

function walkPart({ walkUntil }: ProvisionView, left: number | null, told: Told | null): Html {
  if (walkUntil === null)
    return html`<section class="box" id="walking"><p>While it runs, a single short press of a personal alarm calls nobody. Holding it, or two presses, is a real call.</p>${toldAt(told, 'walk')}${button('begin-walk', 'Begin the walk', 'main')}</section>`;
  return html`<section class="box" id="walking"><p role="status"><strong>The walk runs.</strong> It ends by itself${left === null ? '' : ` in ${left} ${left === 1 ? 'minute' : 'minutes'}`}.</p>${toldAt(told, 'walk')}${button('end-walk', 'End the walk')}</section>`;
}

function detectorsPart({ house, job }: ProvisionView, timezone: string): Html {
  const rows = house.zones
    .filter(({ type }) => type !== 'panic')
    .map(({ id, name, type, lost }) => {
      const tests = job.tests[id] ?? [];
      const count = Math.min(tests.length, TESTS_NEEDED);
      const ticks = `${'✓'.repeat(count)}${'○'.repeat(TESTS_NEEDED - count)}`;
      const last = tests.at(-1);
      return html`<li id="zone-${id}" data-tests="${tests.length}"><span><strong>${name}</strong> <span class="hint">${type}${lost ? '; not heard any more' : ''}${last === undefined ? '' : `; ${last.what} at ${timeOfDay(last.at, timezone)}`}</span></span><span class="ticks"><span aria-hidden="true">${ticks}</span><span class="unseen">${count} of ${TESTS_NEEDED} times</span></span></li>`;
    });
  return html`<section class="box"><h2>Each detector twice</h2>${rows.length === 0 ? html`<p>There is none yet.</p>` : html`<ul class="list" id="detectors">${rows}</ul>`}</section>`;
}

function roomsPart({ house, job }: ProvisionView, told: Told | null): Html {
  const buttons = house.zones.filter(({ type }) => type === 'panic');
  const rows = job.rooms.map((room, index) => {
    const isHere = job.standsIn === room;
    const presses = buttons.map(({ id, name }) => {
      const isPressed = job.presses.some((press) => press.zone === id && press.room === room);
      return html`<span class="ticks" data-pressed="${isPressed ? 'yes' : 'no'}">${name} <span aria-hidden="true">${isPressed ? '✓' : '○'}</span><span class="unseen">${isPressed ? 'worked' : 'not pressed here'}</span></span>`;
    });
    const stand = html`<form method="post" action="/install/walk" class="line"><input type="hidden" name="room" value="${room}"><button name="act" value="stand-in"${isHere ? html` aria-pressed="true" class="main"` : html` aria-pressed="false"`}>${isHere ? 'I stand here' : 'Stand here'}<span class="unseen">: ${room}</span></button><button name="act" value="drop-room">Remove<span class="unseen">: ${room}</span></button></form>`;
    return html`<li id="room-${index}"><span><strong>${room}</strong></span>${presses}${stand}</li>`;
  });
  const count = job.rooms.length;
  return html`<section class="box"><h2>The personal alarm from every room</h2><p>Say where you stand, then press it once, shortly.</p>${toldAt(told, 'rooms')}${rows.length === 0 ? html`<p>No room is named yet.</p>` : html`<ul class="list" id="rooms">${rows}</ul>`}
<form method="post" action="/install/walk" class="line" id="add-room-${count}"><input type="hidden" name="act" value="name-room"><label for="room-name-${count}">Room</label><input id="room-name-${count}" type="text" name="room" maxlength="64" autocomplete="off"><button>Add</button></form></section>`;
}

function pathsPart({ house, job, testing }: ProvisionView, told: Told | null): Html {
  const rows = house.paths.map(({ name, tested }, index) => {
    const test = job.paths[name];
    const state = testing.includes(name)
      ? 'waiting for the answer'
      : test === undefined
        ? tested === 'never'
          ? 'not told of tests, by the config'
          : 'not tested'
        : test.answeredAfterMs === null
          ? `✗ no answer: ${[test.result, test.why].filter((one) => one !== '').join(', ')}`
          : `✓ answered after ${(test.answeredAfterMs / 1000).toFixed(1)} s`;
    return html`<li id="path-${index}"><span><strong>${name}</strong></span><span role="status">${state}</span></li>`;
  });
  return html`<section class="box"><h2>Every way to call for help</h2><p>Each gets a message that is marked as a test, and each answer is timed.</p>${rows.length === 0 ? html`<p>There is none yet.</p>` : html`<ul class="list" id="paths">${rows}</ul>`}${toldAt(told, 'paths')}${button('test-paths', 'Test them all', 'main')}</section>`;
}
