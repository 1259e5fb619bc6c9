"""Scripts that a notebook needs once: in the output of the first cell that wants them.

A cell that runs again has its output replaced, so it gets its script again; any other
cell relies on the first.
"""

import sys
from typing import Any

_SHOWN: dict[str, str | None] = {}


def kernel_shell() -> Any:
    """Return IPython's shell where it serves a notebook; None anywhere else."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "kernel") else None


def wanted(script: str) -> bool:
    """Return whether the output of the running cell has to bring this script along."""
    cell = _running_cell()
    if script in _SHOWN and (cell is None or _SHOWN[script] != cell):
        return False
    _SHOWN[script] = cell
    return True


def _running_cell() -> str | None:
    """Return the id that JupyterLab gives the running cell; other clients give none."""
    shell = kernel_shell()
    try:
        return shell.kernel.get_parent("shell")["metadata"]["cellId"]
    except (AttributeError, KeyError, TypeError):
        return None
