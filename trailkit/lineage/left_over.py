"""What a chain left that still works, how it is revoked, and who else uses it."""

from collections.abc import Callable, Collection
from typing import Any

import pandas as pd

Ask = Callable[..., pd.DataFrame]

COLUMNS: dict[str, Any] = {
    "time": "datetime64[us, UTC]",
    "kind": "str",
    "target": "str",
    "holder": "str",
    "account": "str",
    "revoke_with": "str",
    "uses": "Int64",
    "last_used": "datetime64[us, UTC]",
    "others": "Int64",
    "other_actors": "str",
    "actor": "str",
    "source_ip": "str",
    "region": "str",
    "event_id": "str",
}
_NAMED = 5


def left_over(ask: Ask, events: Collection[str], keys: Collection[str]) -> pd.DataFrame:
    """Return what the events or keys of a chain gave, and nothing took away.

    ``uses`` counts the calls of the key, user or role since, ``others`` the keys and
    sessions among those that are not of the chain.
    """
    given = ask("identity/left-behind")
    own = given["event_id"].isin([*events]) | given["access_key"].isin([*keys])
    found = given[own].reset_index(drop=True)
    holders = sorted({each for row in _rows(found) for each in _principals(row)})
    made = sorted({row["target"] for row in _rows(found) if _is_key(row["target"])})
    if not (holders or made):
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    used = ask("lineage/credentials", principals=holders or None, keys=made or None)
    uses = [_use(row, used, keys) for row in _rows(found)]
    return _typed(found.join(pd.DataFrame(uses, index=found.index)))


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in frame.columns]
    shown = frame.astype(object).where(frame.notna(), None)
    values = shown.itertuples(index=False, name=None)
    return [dict(zip(names, each, strict=True)) for each in values]


def _is_key(target: str | None) -> bool:
    return bool(target) and str(target).startswith("AKIA")


def _principals(row: dict[str, Any]) -> list[str]:
    """List whose calls would use what was given: its user, or its role."""
    if not row["holder"] or not row["account"]:
        return []
    head = f"arn:aws:iam::{row['account']}"
    return [f"{head}:{kind}/{row['holder']}" for kind in ("user", "role")]


def _use(
    row: dict[str, Any], used: pd.DataFrame, keys: Collection[str]
) -> dict[str, Any]:
    """Sum the use of one thing since it was given."""
    if _is_key(row["target"]):
        own = used[used["access_key"] == row["target"]]
    else:
        own = used[used["principal"].isin(_principals(row))]
    own = own[own["last_seen"] >= row["time"]]
    apart = own[~own["access_key"].isin([*keys]) & own["access_key"].notna()]
    actors = sorted(set(apart["actor"].dropna()))
    return {
        "uses": own["events"].sum(),
        "last_used": own["last_seen"].max() if len(own) else pd.NaT,
        "others": len(apart),
        "other_actors": ", ".join(actors[:_NAMED]) or None,
    }


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    shown = frame.reindex(columns=list(COLUMNS))
    for name, kind in COLUMNS.items():
        if kind.startswith("datetime"):
            shown[name] = pd.to_datetime(shown[name], utc=True)
        shown[name] = shown[name].astype(kind)
    return shown
