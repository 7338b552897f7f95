/** The page's own style: nothing is loaded from anywhere. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#18202b;--soft:#5d6878;--line:#e3e7ec;--faint:#f0f2f5;--before:#8794a6;--now:#e0600d;--bad:#c2281d;--bad-bg:#fdecea;--good:#17753f;--good-bg:#e7f5ec;--warn:#8a5a00;--warn-bg:#fff5dc;--link:#1f5fbf}
@media(prefers-color-scheme:dark){:root{--bg:#10141a;--card:#181e26;--ink:#e8ecf2;--soft:#9aa6b6;--line:#2a323d;--faint:#1f2731;--before:#8fa0b5;--now:#ff8f45;--bad:#ff7b70;--bad-bg:#3a1d1c;--good:#62d296;--good-bg:#15301f;--warn:#ffca66;--warn-bg:#362b12;--link:#7db1ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;line-height:1.25;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:17px;margin:0 0 12px}
p{margin:0 0 8px}
.lead,.soft{color:var(--soft)}
.lead b{color:var(--ink);font-weight:600;overflow-wrap:anywhere}
.verdict{display:inline-block;font-size:13px;font-weight:650;padding:3px 11px;border-radius:99px;margin-bottom:10px}
.verdict.bad{color:var(--bad);background:var(--bad-bg)}
.verdict.good{color:var(--good);background:var(--good-bg)}
.verdict.doubt{color:var(--warn);background:var(--warn-bg)}
.verdict.open{color:var(--soft);background:var(--faint)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px;margin:20px 0}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:12px}
.tile{padding:12px 16px}
.tile b{display:block;font-size:22px;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums}
.tile.doubt b{color:var(--warn)}
.tile span{color:var(--soft);font-size:13px}
.card{padding:18px 20px;margin:0 0 16px}
.warning{background:var(--warn-bg);color:var(--warn);border-radius:9px;padding:8px 14px;margin:0 0 8px;overflow-wrap:anywhere}
details{border-top:1px solid var(--line)}
details:first-of-type{border-top:0}
details.under{margin:0 0 12px}
summary{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 10px;padding:11px 0;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"";flex:none;width:7px;height:7px;margin:0 3px 1px 2px;border-right:2px solid var(--soft);border-bottom:2px solid var(--soft);transform:rotate(-45deg);transition:transform .12s}
details[open]>summary::before{transform:rotate(45deg)}
summary:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
summary .name{font-weight:620;overflow-wrap:anywhere}
summary .figure{margin-left:auto;color:var(--soft);font-size:13.5px;font-variant-numeric:tabular-nums}
.chips{display:flex;flex-wrap:wrap;gap:6px}
.chip{font-size:12.5px;padding:1px 8px;border-radius:99px;background:var(--faint);color:var(--soft);overflow-wrap:anywhere}
.chip.bad{background:var(--bad-bg);color:var(--bad)}
.chip.good{background:var(--good-bg);color:var(--good)}
.chip.doubt{background:var(--warn-bg);color:var(--warn)}
.card>details:last-child>summary{padding-bottom:0}
.card>details[open]:last-child>summary{padding-bottom:11px}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:8px 28px;padding:2px 0 14px}
figure{margin:0;min-width:0}
figcaption{color:var(--soft);font-size:13px;margin-bottom:4px}
svg{display:block;width:100%;height:auto;max-width:640px}
svg text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--soft)}
svg .bars text{font-size:12px;fill:var(--ink)}
svg .bars .figure{fill:var(--soft);font-size:11px}
.grid line{stroke:var(--line)}
.area.before{fill:var(--before);opacity:.28}
.area.now{fill:var(--now);opacity:.22}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round}
.line.before{stroke:var(--before)}
.line.now{stroke:var(--now)}
.limit{stroke:var(--bad);stroke-dasharray:5 4;stroke-width:1.3}
.dot{fill:var(--now)}
.doubtful{fill:var(--warn);stroke:var(--card);stroke-width:1.5}
.breach{fill:var(--bad);stroke:var(--card);stroke-width:1.5}
rect.before{fill:var(--before)}
rect.now{fill:var(--now)}
.legend{display:flex;gap:16px;font-size:13px;color:var(--soft);margin:0 0 6px}
.legend i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px;vertical-align:-1px}
.legend .before{background:var(--before)}
.legend .now{background:var(--now)}
.scroll{overflow-x:auto;margin:0 -4px;padding:0 4px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th{font-weight:550;color:var(--soft);font-size:12.5px;text-align:left;white-space:nowrap}
th,td{padding:6px 14px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
td{overflow-wrap:break-word;min-width:56px}
td:first-child{min-width:128px}
.under{margin-top:6px;font-size:13.5px}
tr:last-child td{border-bottom:0}
th.n,td.n{text-align:right;white-space:nowrap}
td.n+td:not(.n),th.n+th:not(.n){padding-left:18px}
td.bad{color:var(--bad);font-weight:600}
td.doubt{color:var(--warn)}
td.n+td:last-child{padding-right:0}
td.open{color:var(--soft)}
footer{color:var(--soft);font-size:13px;margin-top:26px;overflow-wrap:anywhere}
@media(max-width:560px){main{padding:18px 12px 40px}h1{font-size:21px}.card{padding:14px 14px;border-radius:10px}.tiles{grid-template-columns:1fr 1fr;gap:8px}.tile b{font-size:19px}summary .figure{margin-left:22px;flex-basis:100%}table{font-size:13.5px}th,td{padding-right:10px}.wide{display:none}svg text{font-size:14px}svg .bars text{font-size:14px}svg .bars .figure{font-size:13px}}
@media print{body{background:#fff}.card,.tile{break-inside:avoid}}
`;
