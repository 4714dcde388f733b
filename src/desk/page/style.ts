/** The page's one style sheet. Colours keep 4.5:1 against their ground, in both themes. */
export const STYLE = `
:root { color-scheme: light dark; --ground:#f6f7f9; --paper:#fff; --ink:#16191d; --soft:#4b535d; --line:#c3c9d1; --link:#0b4fa8;
  --help:#9c0f1f; --alarm:#8a4100; --fault:#4d5560; --calm:#14603a; --focus:#0b4fa8; }
@media (prefers-color-scheme: dark) { :root { --ground:#111418; --paper:#1a1f25; --ink:#eef1f4; --soft:#b3bcc7; --line:#454e59; --link:#8fc1ff;
  --help:#b3192c; --alarm:#935012; --fault:#56606c; --calm:#1c6b44; --focus:#8fc1ff; } }
* { box-sizing: border-box; }
body { margin:0; background:var(--ground); color:var(--ink); font:1rem/1.5 system-ui, sans-serif; }
a { color:var(--link); }
:focus-visible { outline:3px solid var(--focus); outline-offset:2px; }
.skip { position:absolute; left:-999px; } .skip:focus { left:1rem; top:.5rem; background:var(--paper); padding:.5rem; z-index:2; }
header { display:flex; flex-wrap:wrap; gap:.5rem 1.5rem; align-items:center; padding:.6rem 1.2rem; background:var(--paper); border-bottom:1px solid var(--line); }
header strong { font-size:1.1rem; } header nav { display:flex; gap:1.2rem; flex:1; } header form { margin:0; }
nav a[aria-current] { color:var(--ink); font-weight:600; text-decoration-thickness:3px; text-underline-offset:.35em; }
main { max-width:76rem; margin:0 auto; padding:1rem 1.2rem 3rem; }
h1 { font-size:1.5rem; margin:.4rem 0 .8rem; } h2 { font-size:1.1rem; margin:0 0 .5rem; }
table { width:100%; border-collapse:collapse; background:var(--paper); border:1px solid var(--line); }
th, td { text-align:left; padding:.55rem .7rem; border-bottom:1px solid var(--line); vertical-align:middle; }
th { font-size:.85rem; color:var(--soft); font-weight:600; }
tbody tr:focus-within { background:color-mix(in srgb, var(--focus) 12%, var(--paper)); box-shadow:inset 4px 0 var(--focus); }
tr[data-state=open] td { font-weight:600; }
.mark { display:inline-block; min-width:5.2rem; text-align:center; padding:.1rem .5rem; border-radius:.3rem; color:#fff; font-weight:700; font-size:.85rem; }
.mark.help { background:var(--help); } .mark.alarm { background:var(--alarm); } .mark.fault { background:var(--fault); } .mark.calm { background:var(--calm); }
.soft { color:var(--soft); font-weight:400; } .over { color:var(--soft); font-weight:400; font-style:italic; }
button, input, select, textarea { font:inherit; color:inherit; }
button { min-height:2.5rem; padding:.3rem .9rem; border:1px solid var(--line); border-radius:.35rem; background:var(--paper); cursor:pointer; }
button.main { background:var(--link); color:var(--paper); border-color:var(--link); font-weight:600; }
button:hover { filter:brightness(.93); }
input[type=text], input[type=password], select, textarea { width:100%; min-height:2.5rem; padding:.4rem .5rem; border:1px solid var(--soft); border-radius:.35rem; background:var(--paper); }
label { display:block; font-weight:600; margin-bottom:.2rem; } form p { margin:0 0 .7rem; }
.two { display:grid; grid-template-columns:minmax(0,3fr) minmax(0,2fr); gap:1rem; align-items:start; }
@media (max-width:56rem) { .two { grid-template-columns:1fr; } .wide { display:none; } }
.box { background:var(--paper); border:1px solid var(--line); border-radius:.4rem; padding:.9rem 1rem; margin:0 0 1rem; }
.box.card { border-left:5px solid var(--help); }
dl { display:grid; grid-template-columns:max-content 1fr; gap:.25rem 1rem; margin:0; } dt { color:var(--soft); } dd { margin:0; }
ol.record { list-style:none; margin:0; padding:0; } ol.record li { padding:.4rem 0; border-top:1px solid var(--line); display:grid; grid-template-columns:6rem 1fr; gap:.6rem; }
ol.record li:first-child { border-top:0; }
kbd { font:600 .8em ui-monospace, monospace; border:1px solid var(--soft); border-bottom-width:2px; border-radius:.25rem; padding:0 .35em; }
.keys { color:var(--soft); margin:.8rem 0; } .keys span { margin-right:1rem; white-space:nowrap; }
.row { display:flex; flex-wrap:wrap; gap:.4rem; } dl + h2, dl + p { margin-top:1rem; } .loud { color:#fff; background:var(--help); border-radius:.3rem; padding:0 .5rem; font-weight:700; justify-self:start; }
.bar { padding:.5rem 1.2rem; font-weight:600; color:#fff; background:var(--help); } .bar.mild { background:var(--alarm); } .bar[hidden] { display:none; }
.said { border-left:5px solid var(--alarm); padding:.5rem .8rem; background:var(--paper); }
.none { padding:2.5rem 1rem; text-align:center; background:var(--paper); border:1px solid var(--line); }
.narrow { max-width:26rem; margin:3rem auto; }
.unseen { position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%); white-space:nowrap; }
@media (prefers-reduced-motion: no-preference) { tr[data-state=open] .mark.help { animation:beat 1.6s ease-in-out infinite; } @keyframes beat { 50% { filter:brightness(1.35); } } }
`;
