"""What a copy was made of, as the copy's own properties in the catalog say it.

A trail delivers into the folders that the source table reads, not into the copy. So the
copy keeps where those are, and each of its partitions up to when log files were copied.
An Iceberg table keeps neither: Athena takes few properties of one, and its partitions
are not in the catalog.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from trailkit.tables.definition import Definition
from trailkit.tables.keys import by_hand, find_key

DELIVERED_UNTIL = "trailkit.delivered_until"
"""The property of a copy's partition: log files delivered before were all copied."""

_TABLE = "trailkit.source"
_PLACE = "trailkit.source.location"
_REGIONS = "trailkit.source.regions"


@dataclass(frozen=True, slots=True)
class Origin:
    """The table that a copy was made of: its name, its files' place, its regions.

    Where the table lists no regions, it looks into all of them.
    """

    table: str
    place: str
    regions: tuple[str, ...] = ()

    @classmethod
    def of_source(cls, source: Definition) -> Self | None:
        """Return it of a table of log files that is to be copied; None where it cannot.

        Of partitions that someone adds by hand, those that no one added are left out
        in silence: what was copied then proves nothing.
        """
        if by_hand(source):
            return None
        return cls(
            source.full_name,
            source.properties.get("storage.location.template", source.location),
            find_key(source, "region").values or (),
        )

    @classmethod
    def of_copy(cls, properties: Mapping[str, str]) -> Self | None:
        """Read it from a copy's properties; None where they do not say.

        >>> made = Origin("security.cloudtrail", "s3://logs/AWSLogs/", ("eu-west-1",))
        >>> Origin.of_copy(made.properties()) == made
        True
        """
        if _PLACE not in properties:
            return None
        regions = properties.get(_REGIONS, "")
        return cls(
            properties.get(_TABLE, ""),
            properties[_PLACE],
            tuple(regions.split(",")) if regions else (),
        )

    def properties(self) -> dict[str, str]:
        """Return the properties that say it."""
        said = {_TABLE: self.table, _PLACE: self.place}
        return said | ({_REGIONS: ",".join(self.regions)} if self.regions else {})

    def serves(self, made_of: "Origin") -> bool:
        """Return whether a copy can be filled from this table too, whatever its name.

        It must read the same folders, in all regions that the copy says it has.
        """
        same = self.place == made_of.place
        if not self.regions:
            return same
        return (
            same and bool(made_of.regions) and set(made_of.regions) <= {*self.regions}
        )
