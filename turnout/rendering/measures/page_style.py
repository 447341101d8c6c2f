"""How the page of a report looks, and what its one style lets it load: nothing else.

Light and dark as the reader's system is, on a phone as on a wall, and on paper.
"""

import hashlib
from base64 import b64encode
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #4a5565; --line: #d8dee6; --page: #fff;
  --head: #f3f5f8; --bar: #2f62ad; --rail: #c9d6ea; --link: #1f56a5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #aab4c2; --line: #37414f;
  --page: #12161c; --head: #1d242e; --bar: #7fb0f5; --rail: #33425a; --link: #9cc3ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  margin: 0; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.35rem; margin: 1.5rem 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .25rem; }
p { color: var(--soft); margin: .25rem 0 .75rem; max-width: 48rem; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .5rem 0 1rem;
  list-style: none; }
nav li { color: var(--soft); }
nav a { display: inline-block; padding: .25rem 0; }
[aria-current] { font-weight: 600; text-decoration: none; color: var(--ink); }
section { border-top: 1px solid var(--line); padding: 1.25rem 0; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem;
  margin: 1rem 0; }
dl div { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.3rem; font-weight: 600; }
svg { width: 100%; max-width: 40rem; display: block; margin: .5rem 0 1rem; overflow: visible; }
svg text { font: 14px system-ui, sans-serif; fill: var(--ink); }
svg .end { text-anchor: end; font-variant-numeric: tabular-nums; }
svg .bar { fill: var(--bar); } svg .rail { fill: var(--rail); } svg .line { stroke: var(--line); }
.plot { color: var(--ink); font-size: .9rem; font-weight: 600; margin-bottom: .25rem; }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 .6em; }
.key.bar { background: var(--bar); } .key.rail { background: var(--rail); }
.scroll { overflow: auto; max-height: 26rem; border: 1px solid var(--line); max-width: max-content;
  border-radius: 4px; }
.scroll:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
table { border-collapse: separate; border-spacing: 0; font-size: .9rem; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding: .3rem .7rem; }
caption.same { position: absolute; clip-path: inset(50%); width: 1px; height: 1px;
  overflow: hidden; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { background: var(--head); position: sticky; top: 0; z-index: 1; white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 8rem; max-width: 20rem;
  position: sticky; left: 0; background: var(--page); }
td { overflow-wrap: anywhere; }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
footer { color: var(--soft); font-size: .85rem; padding-bottom: 2rem; }
@media (max-width: 40rem) { tbody th { max-width: 10rem; min-width: 7rem; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #333; --line: #bbb; --page: #fff;
  --head: #eee; --bar: #2f62ad; --rail: #c9d6ea; }
  nav, .skip { display: none; } svg, tr, h2 { break-inside: avoid; } h2 { break-after: avoid; }
  .scroll { overflow: visible; max-height: none; max-width: none; border: 0; }
  table { font-size: .7rem; } th, td { padding: .15rem .35rem; }
  thead th, tbody th { position: static; }
  svg .bar, svg .rail, .key { print-color-adjust: exact; } }
""".strip()

_HASH: Final = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

CONTENT_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
)
"""What a page of a report may load; a service says it in a header, too."""
