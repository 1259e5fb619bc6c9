"""What a call of ``tk.event_history`` brought, and what that source lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trailkit.history.folder import LACKS


@dataclass(frozen=True, slots=True, repr=False)
class EventHistory:
    """A folder with an account's event history, and how complete it is.

    ``new_events`` came with this call. ``not_searched`` gives the reason for each
    region that could not be read, or not to the end.
    """

    folder: Path
    account: str
    start: datetime
    end: datetime
    regions: tuple[str, ...]
    new_events: int
    not_searched: Mapping[str, str]

    def __repr__(self) -> str:
        """Return what is there, what is not, and how to go on."""
        complete = len(self.regions) - len(self.not_searched)
        return "\n".join(
            [
                f"Event history of account {self.account}, "
                f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC: "
                f"{self.new_events:,} new events, {complete} of {len(self.regions)} "
                "regions complete",
                f"  {LACKS}",
                *(
                    f"  not complete: {region}: {reason}"
                    for region, reason in self.not_searched.items()
                ),
                f'  Next: tk.local("{self.folder}")',
            ]
        )
