"""What an answer stands on that the form of its table has no place for."""

from collections.abc import Collection, Iterator

from trailkit import dialect
from trailkit.lens import compose
from trailkit.record import Kind, columns
from trailkit.scope import Scope
from trailkit.source import Source

_NAMED = 6
"""So many fields are named, and the rest are counted."""


def lacking(
    select: str, scope: Scope, kinds: Collection[Kind], source: Source
) -> list[str]:
    """Return what a SELECT over the lens reads that its tables cannot show.

    An answer that seems to say that something did not happen may be empty for it.
    """
    return [note for kind in kinds for note in _of_kind(select, scope, kind, source)]


def _of_kind(select: str, scope: Scope, kind: Kind, source: Source) -> Iterator[str]:
    lacks = source.lacks(kind)
    if lacks.columns:
        read = compose.records_read(select, scope).get(kind, set())
        own = columns(kind)
        out = [
            ".".join(own[each].path) for each in own if each in read & {*lacks.columns}
        ]
        if out:
            more = f" and {len(out) - _NAMED:,} more" if len(out) > _NAMED else ""
            yield (
                f"{source.name(kind)} does not carry {', '.join(out[:_NAMED])}{more}, "
                "which this question reads: what depends on it is not found."
            )
    used = dialect.columns_used(dialect.shape_of(select)) if lacks.deep else set()
    deep = [words for name, words in lacks.deep.items() if used is None or name in used]
    if deep:
        yield f"{source.name(kind)} does not carry {', nor '.join(deep)}."
