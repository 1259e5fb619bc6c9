"""Who acted: sessions folded into identities, and one colour for each everywhere."""

from hashlib import blake2b

import pandas as pd

from trailkit.charts.labels import qualified

HUES = (
    *("#1A8A8A", "#8E63CE", "#4C8C2B", "#C2528B"),
    *("#8F6B4A", "#6272D0", "#7F8421", "#9A5BA5"),
)
"""Colours of identities: none is near one of an outcome; 3 to 1 on both grounds."""

_SESSION = r"^(role/[^/]+)/.*$"
_OWNERS = ("identity_account", "caller_account", "account")


def hue(identity: object) -> str:
    """Return the colour of an identity: the same in every chart and every run.

    >>> hue("role/Deploy") == hue("role/Deploy")
    True
    """
    digest = blake2b(str(identity).encode("utf-8", "replace"), digest_size=2).digest()
    return HUES[int.from_bytes(digest, "big") % len(HUES)]


def folded(actors: pd.Series) -> pd.Series:
    """Return actors without the sessions of their roles.

    >>> list(folded(pd.Series(["role/terraform/run-9031", "user/bo", "root"])))
    ['role/terraform', 'user/bo', 'root']
    """
    codes, values = pd.factorize(actors.astype(object), use_na_sentinel=False)
    short = pd.Series(values, dtype=object).str.replace(_SESSION, r"\1", regex=True)
    return pd.Series(short.to_numpy()[codes], actors.index, object)


def identities(frame: pd.DataFrame, column: str = "actor") -> pd.Series:
    """Return who acted in each row: sessions folded, two accounts' names kept apart.

    Roles, users and root belong to an account; a service and a person of Identity
    Center do not, and stay one wherever they act.
    """
    names = folded(frame[column])
    owner = next((name for name in _OWNERS if name in frame.columns), None)
    if owner is None:
        return names
    pairs = pd.DataFrame({"name": names, "owner": frame[owner].astype(object)})
    local = names.astype(str).str.match(r"(role|user)/|root$")
    pairs["owner"] = pairs["owner"].where(local, "")
    code = pairs.groupby(["name", "owner"], dropna=False, sort=False).ngroup()
    kinds = pairs.loc[~code.duplicated()]
    told = qualified(kinds["name"].tolist(), kinds["owner"].tolist())
    return pd.Series(pd.Series(told, dtype=object).to_numpy()[code], frame.index)
