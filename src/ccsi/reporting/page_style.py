"""The style sheet of the page: light and dark, narrow and wide."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --faint: #60646c; --paper: #fbfcfd; --card: #fff;
  --line: #dfe3e6; --link: #0b68cb; --warn: #fff3d6; }
@media (prefers-color-scheme: dark) { :root { --ink: #edeef0; --faint: #a1a7b0; --paper: #15181b;
  --card: #1e2226; --line: #363b41; --link: #70b8ff; --warn: #3d3010; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 2rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .7rem; }
h3 { font-size: .9rem; margin: 0 0 .3rem; color: var(--faint); font-weight: 600; }
a { color: var(--link); }
.facts { color: var(--faint); margin: .25rem 0 1.4rem; }
.note { background: var(--warn); border-radius: 8px; padding: .6rem .9rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: .75rem; }
.tiles div, .half img, .sheet img, .scroll { background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; }
.tiles div { padding: .8rem .9rem; }
.tiles strong { display: block; font-size: 1.45rem; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--faint); font-size: .82rem; line-height: 1.3; display: block; }
.half { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr));
  gap: .75rem; }
.half img { width: 100%; display: block; background: #fff; }
.sheet { display: flex; flex-wrap: wrap; gap: .75rem; align-items: flex-start; }
.sheet a { max-width: 100%; }
.sheet img { max-width: 100%; display: block; background: #fff; }
.scroll { overflow-x: auto; max-width: max-content; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .32rem .9rem; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--faint); font-weight: 600; border-bottom: 1px solid var(--line); }
tbody tr + tr td { border-top: 1px solid var(--line); }
.links { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr));
  gap: 1.25rem; }
ul { margin: 0; padding-left: 1.1rem; }
"""
