/**
 * The one style sheet. Colours keep 4.5:1 against their ground in both themes; places are named by the way of the text (start,
 * end), so that a page from right to left needs nothing of its own.
 */
export const STYLE = `
:root { color-scheme:light dark; --ground:#f4f6f8; --paper:#fff; --ink:#17202a; --soft:#4a5763; --line:#c5cdd6; --edge:#66727e; --link:#1d5a85; --onlink:#fff;
  --off:#4a5a68; --calm:#1b6b45; --wait:#8a4b00; --alarm:#a31626; --unsure:#5d5f63; --onstate:#fff; --wrong:#a31626; }
@media (prefers-color-scheme:dark) { :root { --ground:#12171c; --paper:#1b2229; --ink:#eef2f5; --soft:#b5c0ca; --line:#3d4853; --edge:#8b98a5; --link:#8cc4ee; --onlink:#10202c;
  --off:#465663; --calm:#1c6b45; --wait:#8f5208; --alarm:#b3202f; --unsure:#5a5d62; --wrong:#ff9aa2; } }
* { box-sizing:border-box; }
html { scroll-padding-block:5rem; -webkit-text-size-adjust:100%; text-size-adjust:100%; }
body { margin:0; min-block-size:100vh; display:flex; flex-direction:column; background:var(--ground); color:var(--ink); font:1.0625rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif; overflow-wrap:anywhere; }
[hidden] { display:none !important; }
a { color:var(--link); }
:focus-visible { outline:3px solid var(--link); outline-offset:2px; }
main:focus { outline:0; }
.leave { position:fixed; bottom:0; inline-size:100%; z-index:5; background:var(--paper); border-block-start:1px solid var(--line); padding:.4rem .75rem calc(.4rem + env(safe-area-inset-bottom)); }
.leave a { display:block; max-inline-size:34rem; margin-inline:auto; min-block-size:3rem; line-height:1.25; padding:.85rem .5rem; text-align:center; font-weight:600; color:var(--ink); background:var(--ground); border:1px solid var(--edge); border-radius:.6rem; text-decoration:none; }
.keyed { display:none; font-weight:400; color:var(--soft); } .scripted .keyed { display:inline; }
@media (max-width:40rem), (pointer:coarse) { .scripted .keyed { display:none; } }
.skip { position:absolute; inset-inline-start:-999px; } .skip:focus { inset-inline-start:.75rem; inset-block-start:.5rem; background:var(--paper); padding:.6rem .8rem; z-index:6; }
.lost { position:sticky; inset-block-start:0; z-index:4; background:var(--unsure); color:#fff; padding:.8rem 1rem; } .lost p { max-inline-size:34rem; margin:.2rem auto; }
nav ul { list-style:none; display:flex; flex-wrap:wrap; gap:.25rem; margin:0 auto; padding:.4rem .75rem; max-inline-size:34rem; }
nav a { display:inline-block; min-block-size:3rem; padding:.7rem .8rem; border-radius:.5rem; text-decoration:none; }
nav a[aria-current] { background:var(--paper); color:var(--ink); font-weight:600; box-shadow:inset 0 -3px var(--link); }
main { flex:1 0 auto; inline-size:100%; max-inline-size:34rem; margin-inline:auto; padding:.75rem; display:flex; flex-direction:column; gap:.75rem; }
footer { inline-size:100%; max-inline-size:34rem; margin-inline:auto; padding:.75rem .75rem 6.5rem; color:var(--soft); font-size:.95rem; }
h1 { font-size:1.6rem; line-height:1.2; margin:.2rem 0; } h2 { font-size:1.1rem; margin:0 0 .5rem; } h3 { font-size:1rem; margin:0 0 .4rem; }
p { margin:0 0 .6rem; } p:last-child { margin-block-end:0; }
.box { background:var(--paper); border:1px solid var(--line); border-radius:.8rem; padding:.9rem; }
.push { margin-block-start:auto; }
.state { color:var(--onstate); background:var(--off); border-radius:.8rem; padding:.9rem 1rem; text-align:center; display:flex; flex-wrap:wrap; align-items:center; justify-content:center; gap:.3rem .8rem; }
.state h1 { font-size:2.4rem; margin:0; } .state p { margin:0; flex:1 0 100%; } .state .sign { flex:none; inline-size:3.4rem; block-size:3.4rem; }
.state .count { flex:0 1 auto; display:flex; flex-wrap:wrap; align-items:center; justify-content:center; gap:.2rem .8rem; text-align:start; } .state button { color:var(--ink); } .state .leftwhat { max-inline-size:9rem; }
.state[data-state^=armed] { background:var(--calm); } .state[data-state=arming], .state[data-state=pending] { background:var(--wait); } .state[data-state=triggered] { background:var(--alarm); }
.state .unsure { display:none; }
.left { font-size:3rem; line-height:1; font-weight:700; font-variant-numeric:tabular-nums; min-inline-size:2ch; text-align:center; }
html[data-lost] .state { background:var(--unsure); } html[data-lost] .state > .sign { display:none; } html[data-lost] .state .unsure { display:flex; } html[data-lost] .state p, html[data-lost] .state button { display:none; }
html[data-lost] .dims { opacity:.45; }
button, input, select { font:inherit; color:inherit; }
button, .button { min-block-size:3rem; padding:.55rem 1rem; border:1px solid var(--edge); border-radius:.6rem; background:var(--paper); cursor:pointer; touch-action:manipulation; }
button.main { background:var(--link); border-color:var(--link); color:var(--onlink); font-weight:600; }
a.button { display:inline-block; color:inherit; text-decoration:none; } a.main { background:var(--link); border-color:var(--link); color:var(--onlink); font-weight:600; }
button:disabled { opacity:.55; cursor:default; }
.modes { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,6rem),1fr)); gap:.5rem; } .modes button { padding-inline:.3rem; }
.modes button { min-block-size:4.5rem; background:var(--link); border-color:var(--link); color:var(--onlink); font-weight:600; font-size:1.15rem; }
.modes small { display:block; font-weight:400; font-size:.9rem; }
a.button { display:inline-block; } .code + p, .code + .plain-send + p { margin-block-start:.7rem; } .check { margin-block-end:.4rem; } .kept { margin-block-end:.8rem; }
label { font-weight:600; } .hint { color:var(--soft); } .note { color:var(--soft); border-inline-start:4px solid var(--line); padding-inline-start:.7rem; }
input[type=password], input[type=text], input[type=email], input[type=tel], input[type=date], input[type=number], textarea, select { inline-size:100%; min-block-size:3rem; padding:.4rem .7rem; border:1px solid var(--edge); border-radius:.6rem; background:var(--paper); color:var(--ink); font:inherit; }
.code input { font-size:1.5rem; letter-spacing:.2em; }
input[aria-invalid] { border:2px solid var(--wrong); }
.wrong { color:var(--wrong); font-weight:600; border-inline-start:4px solid var(--wrong); padding-inline-start:.7rem; }
html:not(.scripted) .scripted-only { display:none; } .pad { display:none; } .scripted .pad { display:grid; grid-template-columns:repeat(3,minmax(0,1fr)); gap:.5rem; margin-block-start:.6rem; direction:ltr; } .pad button { min-block-size:3.6rem; font-size:1.4rem; padding-inline:.2rem; } @media (max-width:17em) { .pad .go { grid-column:1 / -1; } }
.pad .go.go { font-size:1.05rem; } .pad .go { background:var(--link); border-color:var(--link); color:var(--onlink); font-weight:600; font-size:1.15rem; }
.scripted .plain-send { display:none; } .kept { display:none; } .check:has(:checked) + .kept { display:block; }
.check { display:flex; gap:.7rem; align-items:center; min-block-size:3rem; font-weight:400; } .check input { inline-size:1.6rem; block-size:1.6rem; flex:none; }
fieldset { border:1px solid var(--edge); border-radius:.6rem; margin:0 0 .9rem; padding:.5rem .8rem; min-inline-size:0; } legend { font-weight:600; padding-inline:.3rem; } .field { margin-block-end:.9rem; } .field .hint, .field .wrong { margin-block:.1rem .3rem; } code { font-size:1.05rem; user-select:all; -webkit-user-select:all; }
.list { list-style:none; margin:0; padding:0; } .list > li { padding:.55rem 0; border-block-start:1px solid var(--line); display:flex; flex-wrap:wrap; gap:.4rem .8rem; align-items:center; justify-content:space-between; } .list > li:first-child { border-block-start:0; } .list > li > span:first-child { flex:1 1 12rem; }
summary { min-block-size:3rem; padding-block:.75rem; cursor:pointer; font-weight:600; } details.box { padding-block:.2rem; } details[open].box { padding-block-end:.9rem; }
.line { display:flex; flex-wrap:wrap; gap:.5rem; align-items:center; margin-block:.5rem; } .line select { inline-size:auto; flex:1 1 8rem; } .line span { flex:1 1 8rem; }
.help { position:relative; overflow:hidden; inline-size:100%; min-block-size:4rem; font-weight:600; font-size:1.15rem; user-select:none; -webkit-user-select:none; touch-action:none; } .box > .help + .hint { margin-block-start:.5rem; } .wide { inline-size:100%; } ul.told { margin:0; padding-inline-start:1.2rem; }
.help small { display:block; font-weight:400; font-size:.9rem; }
.help .fill { position:absolute; inset-block:0; inset-inline-start:0; inline-size:0; background:var(--line); background:color-mix(in srgb,var(--link) 35%,transparent); } .help.held .fill { inline-size:100%; transition:inline-size 1.5s linear; } .help > span { position:relative; }
@media (prefers-reduced-motion:reduce) { .help.held .fill { transition-timing-function:steps(3,end); } }
.try { border-style:dashed; border-width:2px; border-color:var(--edge); } .try .list > .row { justify-content:flex-start; } ol.steps { margin:0 0 .6rem; padding-inline-start:1.4rem; }
.unseen { position:absolute; inline-size:1px; block-size:1px; overflow:hidden; clip-path:inset(50%); white-space:nowrap; }
table { inline-size:100%; border-collapse:collapse; } th, td { text-align:start; padding:.4rem; border-block-end:1px solid var(--line); }
.hour, .stack { display:flex; flex-direction:column; gap:.75rem; } .stack { gap:.5rem; } .hour p { margin:0; } .hour section.box, .hour form.box { display:flex; flex-direction:column; align-items:flex-start; gap:.5rem; } .hour .box > * { max-inline-size:100%; } .hour h2::first-letter { text-transform:uppercase; } .hour .box > .list, .hour .box > .stack, .hour .box > .line, .hour .box > table, .hour .box > .field, .hour .box > fieldset, .hour .stack > input, .hour .stack > form { inline-size:100%; } .hour ul:not(.list), .hour ol { margin:0; padding-inline-start:1.4rem; }
.hour .steps ol { list-style:none; display:flex; flex-wrap:wrap; gap:.25rem; padding:0; } .hour .steps a { display:inline-block; min-block-size:3rem; padding:.7rem .6rem; border:1px solid var(--line); border-radius:.5rem; text-decoration:none; background:var(--paper); } .hour .steps a[aria-current] { font-weight:600; box-shadow:inset 0 -3px var(--link); }
fieldset { border:0; margin:0; padding:0; min-inline-size:0; } legend { font-weight:600; padding:0; } textarea[aria-invalid], select[aria-invalid] { border:2px solid var(--wrong); }
.check-form { border-block-start:1px solid var(--line); padding-block:.75rem; }
.picks { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,13rem),1fr)); gap:.5rem; margin-block-start:.4rem; } .pick { display:flex; gap:.6rem; align-items:center; padding:.5rem; border:1px solid var(--edge); border-radius:.6rem; font-weight:400; cursor:pointer; } .pick svg { flex:none; } .pick input { inline-size:1.4rem; block-size:1.4rem; flex:none; } .pick:has(:checked) { border-color:var(--link); box-shadow:inset 0 0 0 2px var(--link); }
.ticks { white-space:nowrap; } button[aria-pressed=true] { font-weight:600; }
`;
