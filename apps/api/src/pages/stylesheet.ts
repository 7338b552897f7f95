/** One small stylesheet for all pages, served as a file so that no inline style has to be allowed. */
export const STYLESHEET = `
:root { --ink: #1b2330; --soft: #5b6675; --line: #dfe4ea; --paper: #fff; --ground: #f5f7f9; --accent: #0b6e99; --bad: #b42318; --bad-soft: #fdecea; --warn: #b54708; --warn-soft: #fef3e6; --good: #1a7f4b; --good-soft: #e8f5ee; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; color: var(--ink); background: var(--ground); }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
header.top { background: var(--ink); color: #fff; padding: 0 24px; display: flex; align-items: center; gap: 24px; height: 52px; }
header.top a { color: #fff; } header.top .brand { font-weight: 650; letter-spacing: .2px; }
header.top form { margin-left: auto; } header.top button { background: none; border: 1px solid #ffffff55; color: #fff; border-radius: 6px; padding: 4px 12px; cursor: pointer; }
main { max-width: 1160px; margin: 0 auto; padding: 24px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; } h2 { font-size: 17px; margin: 0 0 12px; } h3 { font-size: 14px; margin: 16px 0 6px; }
.soft { color: var(--soft); } .right { text-align: right; } .wide { width: 100%; }
.lead { margin: 0 0 20px; color: var(--soft); }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-bottom: 18px; overflow-x: auto; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 14px; margin-bottom: 18px; }
.tile { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; }
.tile b { display: block; font-size: 24px; font-weight: 650; font-variant-numeric: tabular-nums; } .tile span { color: var(--soft); font-size: 13px; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(460px, 1fr)); gap: 18px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-size: 12px; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); padding: 6px 12px 6px 0; white-space: nowrap; }
td { border-bottom: 1px solid var(--line); padding: 8px 12px 8px 0; vertical-align: top; } tr:last-child td { border-bottom: 0; }
th.right, td.right { text-align: right; }
.badge { display: inline-block; border-radius: 999px; padding: 1px 10px; font-size: 12px; font-weight: 600; background: var(--ground); color: var(--soft); white-space: nowrap; }
.badge.open, .badge.breached, .badge.critical, .badge.opened, .badge.failed { background: var(--bad-soft); color: var(--bad); }
.badge.warning, .badge.updated, .badge.inconclusive, .badge.undecided, .badge.partly_decided, .badge.not_evaluated, .badge.not_enough_data, .badge.no_data, .badge.no_baseline, .badge.waiting, .badge.not_computable, .badge.not_comparable { background: var(--warn-soft); color: var(--warn); }
.badge.resolved, .badge.ok, .badge.sent { background: var(--good-soft); color: var(--good); }
.sentences { margin: 0; padding-left: 18px; } .sentences li { margin: 4px 0; }
svg { max-width: 100%; height: auto; }
.notice { background: var(--warn-soft); color: var(--warn); border-radius: 8px; padding: 8px 12px; margin: 0 0 12px; }
.empty { color: var(--soft); margin: 0; }
.login { max-width: 420px; margin: 12vh auto 0; } label { display: block; font-weight: 600; margin-bottom: 6px; }
input { width: 100%; font: inherit; padding: 9px 12px; border: 1px solid var(--line); border-radius: 8px; margin-bottom: 12px; }
button.primary { font: inherit; font-weight: 600; color: #fff; background: var(--accent); border: 0; border-radius: 8px; padding: 9px 20px; cursor: pointer; }
.error { background: var(--bad-soft); color: var(--bad); border-radius: 8px; padding: 8px 12px; margin-bottom: 12px; }
nav.chips { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 14px; } nav.chips a { border: 1px solid var(--line); border-radius: 999px; padding: 2px 12px; background: var(--paper); font-size: 13px; } nav.chips a.on { background: var(--ink); border-color: var(--ink); color: #fff; }
`;
