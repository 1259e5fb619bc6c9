"""How a light chart follows a page that is dark: style rules beside the charts.

Python cannot see the theme of JupyterLab; a style can. The ground of a chart, its text
and its lines are colours of their own, so a rule finds them by their values and puts
those of the dark ground in their place. What shows data keeps its colour, and a picture
that is downloaded stays light.
"""

from dataclasses import asdict
from itertools import product

from trailkit.charts.grounds import GROUNDS
from trailkit.charts.once import kernel_shell, wanted

_JUPYTER = ("[data-jp-theme-light=false]", ".vscode-dark")
_SWAPPED = ("paper", "text", "quiet", "grid")
_PROPERTIES = ("fill", "stroke", "background")


def rules(*pages: str) -> str:
    """Return the style rules for any chart below some selectors of a dark page."""
    return "".join(
        f"{page} .js-plotly-plot {rule}"
        for page, rule in product(pages, [*_swaps(), _tools()])
    )


def show_rules() -> None:
    """Publish the rules in a notebook, once, as an output without any text."""
    shell = kernel_shell()
    if shell is None or not wanted("rules for a dark page"):
        return
    data = {"text/html": f"<style>{rules(*_JUPYTER)}</style>", "text/plain": ""}
    shell.display_pub.publish(data=data, metadata={})


def _swaps() -> list[str]:
    light, dark = asdict(GROUNDS["light"]), asdict(GROUNDS["dark"])
    return [
        f'[style*="{each}: {in_rgb(light[name])}"]{{{each}:{dark[name]}!important}}'
        for name, each in product(_SWAPPED, _PROPERTIES)
    ]


def in_rgb(colour: str) -> str:
    """Write a colour as a browser does.

    >>> in_rgb("#1F2328")
    'rgb(31, 35, 40)'
    """
    return f"rgb{tuple(bytes.fromhex(colour[1:]))}"


def _tools() -> str:
    """The mode bar: plotly colours it by rules of its own."""
    return f".modebar-btn .icon path{{fill:{GROUNDS['dark'].quiet}!important}}"
