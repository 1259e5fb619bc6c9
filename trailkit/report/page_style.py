"""The look of a report: on a screen, light or dark, and on paper."""

from trailkit.charts.dark_page import rules

HEAD = """<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';
 img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline';
 base-uri 'none'; form-action 'none'">
<style>
:root{--ground:#fff;--ink:#1f2328;--soft:#57606a;--line:#d8dde3;--fill:#f3f5f7;
--accent:#0072b2;--warn:#8a4b00;--jp-ui-font-color1:var(--ink);
--jp-border-color1:#aab2bb;--jp-border-color2:var(--line);
--jp-layout-color2:var(--fill)}
@media screen and (prefers-color-scheme:dark){:root{--ground:#16181d;--ink:#e6e8eb;
--soft:#a7afba;--line:#343a44;--fill:#20242b;--accent:#6cb8ea;--warn:#f0b465;
--jp-border-color1:#4a525e}
.tk .tk-success{color:#6cb8ea!important}.tk .tk-denied{color:#ff8a80!important}
.tk .tk-failed{color:#f0b465!important}CHARTS}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.55 system-ui,'Segoe UI','Helvetica Neue','DejaVu Sans',sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 24px 80px}
h1{font-size:28px;line-height:1.25;margin:0 0 12px}
h2{font-size:20px;line-height:1.3;margin:44px 0 8px;padding-top:14px;
border-top:1px solid var(--line)}
p,ul,ol{margin:8px 0;max-width:78ch}
a{color:var(--accent)}
code{font-size:.86em;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}
.facts dt,.quiet{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
.quiet{font-size:14px;overflow-wrap:anywhere}
.warn{color:var(--warn);font-weight:600}
.said{padding-left:20px}
.story{list-style:none;padding:0;border-left:3px solid var(--line);margin:18px 0}
.story li{padding:4px 0 10px 16px;overflow-wrap:anywhere}
.story time{font-variant-numeric:tabular-nums;color:var(--soft)}
.tag{background:var(--fill);border:1px solid var(--line);border-radius:4px;
padding:0 6px;font-size:13px}
.chart{margin:14px 0;border-radius:6px;overflow:hidden}
.still{display:block;width:100%;height:auto}
.scripts .still,.scripts .no-script{display:none}
html:not(.scripts) .tk-chart{display:none}
details{margin:10px 0}summary{cursor:pointer}
.run{margin:14px 0}
@media print{
@page{margin:14mm}
body{font-size:10.5pt}main{max-width:none;padding:0}
h2{break-after:avoid}.chart,.story li,.run{break-inside:avoid}
.chart:has(.still) .tk-chart{display:none}.scripts .still{display:block}
.tk .tk-scroll{overflow:visible}
.tk table.tk-table{table-layout:fixed;width:100%!important;font-size:8pt!important}
.tk table.tk-table th,.tk table.tk-table td{white-space:normal!important;
max-width:none!important;overflow-wrap:anywhere;padding-right:6px!important}
.tk label{display:none!important}
.tk pre{max-height:none!important;font-size:7.5pt!important}
a{color:inherit;text-decoration:none}}
</style>""".replace("CHARTS", rules("body"))

SCRIPT = """
document.documentElement.classList.add("scripts");
window.addEventListener("beforeprint", function () {
  document.querySelectorAll(".run details, #unknown details").forEach(function (each) {
    if (!each.open) { each.open = true; each.dataset.folded = "1"; }
  });
  document.querySelectorAll(".tk-chart").forEach(function (each) {
    if (window.Plotly && each.data) { window.Plotly.relayout(each, {width: 680}); }
  });
});
window.addEventListener("afterprint", function () {
  document.querySelectorAll("details[data-folded]").forEach(function (each) {
    each.open = false; delete each.dataset.folded;
  });
  document.querySelectorAll(".tk-chart").forEach(function (each) {
    if (window.Plotly && each.data) {
      window.Plotly.relayout(each, {width: null, autosize: true});
    }
  });
});
"""
