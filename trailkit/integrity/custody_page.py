"""A journal as one HTML page, for whoever has neither notebook nor trailkit."""

import hashlib
from collections.abc import Sequence

import pandas as pd

from trailkit.display.reading_table import to_html
from trailkit.visible import safe

TITLE = "Chain of custody: what was done, by whom and when"

_HEAD = f"""<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';
 img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>{TITLE}</title>
<style>body{{margin:2em auto;max-width:90em;padding:0 1.5em;color:#1f2328;
font:16px/1.5 system-ui,'DejaVu Sans',sans-serif}}dt{{font-weight:600}}
dd{{margin:0 0 .5em;overflow-wrap:anywhere}}</style>"""
_WHOLE = "whole: each line fits its own hash, and that of the line before"


def custody_page(
    name: str, data: bytes, frame: pd.DataFrame, faults: Sequence[str]
) -> str:
    """Return the page of a journal with these bytes, lines and faults."""
    lines, sha256 = data.count(b"\n"), hashlib.sha256(data).hexdigest()
    facts = {
        "Journal": f"{name}: {lines:,} lines, SHA-256 {sha256}",
        "Chain": " ".join(faults) or _WHOLE,
        "Times": "all in UTC",
    }
    listed = "".join(f"<dt>{safe(a)}</dt><dd>{safe(b)}</dd>" for a, b in facts.items())
    table = to_html(frame, len(frame)) if len(frame) else ""
    return (
        f'<!doctype html>\n<html lang="en"><head>{_HEAD}</head><body><h1>{TITLE}</h1>'
        f"<dl>{listed}</dl>{table}</body></html>\n"
    )
