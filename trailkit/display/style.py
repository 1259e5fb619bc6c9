"""The style of tables and cards: JupyterLab's own colours where it names them."""

CLASSES = "tk tex2jax_ignore mathjax_ignore"
"""Every piece of HTML has these: no log text becomes a formula."""

STYLE = """<style>
.tk{font:13px/1.45 system-ui,'Segoe UI',sans-serif;max-width:100%;
color:var(--jp-ui-font-color1,#1f2328);margin:4px 0 10px}
.tk .tk-scroll{overflow-x:auto}
.tk table.tk-table{border-collapse:collapse;margin:0;border:0;font-size:13px;width:auto}
.tk table.tk-table th,.tk table.tk-table td{text-align:left;vertical-align:top;
white-space:nowrap;padding:3px 14px 3px 0;border:0;
border-bottom:1px solid var(--jp-border-color2,#d8dde3);background:transparent;
max-width:340px;overflow:hidden;text-overflow:ellipsis}
.tk table.tk-few td{max-width:720px;white-space:normal;overflow-wrap:anywhere}
.tk table.tk-table th{font-weight:600;color:var(--jp-ui-font-color1,#1f2328)}
.tk table.tk-table th small{font-weight:400}
.tk table.tk-table td.tk-n{text-align:left;font-variant-numeric:tabular-nums}
.tk .tk-mid{font-size:0}
.tk .tk-mid::before{content:'…';font-size:13px}
.tk .tk-id{font-family:var(--jp-code-font-family,monospace);font-size:12px}
.tk .tk-none{opacity:.75}
.tk .tk-success{color:#005f96}.tk .tk-denied{color:#b3261e}
.tk .tk-failed{color:#855d00}.tk .tk-unknown{color:#5f6368}
[data-jp-theme-light=false] .tk .tk-success{color:#62b6f0}
[data-jp-theme-light=false] .tk .tk-denied{color:#ff8a80}
[data-jp-theme-light=false] .tk .tk-failed{color:#e2a93b}
[data-jp-theme-light=false] .tk .tk-unknown{color:#a7afba}
.tk:has(.tk-more:not(:checked)) .tk-rest{display:none}
.tk label{display:inline-block;margin:0 0 4px;cursor:pointer}
.tk .tk-foot{margin:5px 0 0;font-size:12px}
.tk .tk-title{font-weight:600;font-size:14px;margin:0 0 4px}
.tk dl{display:grid;grid-template-columns:max-content 1fr;gap:1px 14px;margin:0}
.tk dt{font-weight:400;opacity:.85}.tk dd{margin:0;overflow-wrap:anywhere}
.tk p{margin:2px 0;overflow-wrap:anywhere}
.tk details{margin:4px 0}.tk summary{cursor:pointer}
.tk pre{white-space:pre-wrap;overflow-wrap:anywhere;max-height:420px;overflow:auto;
margin:4px 0;padding:6px 8px;font-size:12px;
background:var(--jp-layout-color2,#f3f5f7);color:inherit}
.tk.tk-card{border-left:3px solid var(--jp-border-color1,#aab2bb);
padding:2px 0 2px 12px}
</style>"""


def framed(inside: str, more: str = "") -> str:
    """Return HTML in trailkit's frame, with its style."""
    return f'{STYLE}<div class="{CLASSES}{more}">{inside}</div>'
