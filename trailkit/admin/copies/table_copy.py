"""A copy of a table as one value, and the calls that fill it."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from trailkit.admin.copies.copy_names import WantedCopy
from trailkit.record import Kind
from trailkit.scope import Scope, moment

if TYPE_CHECKING:
    import boto3

    from trailkit.admin.copies.backfill import Plan
    from trailkit.tables.definition import Definition


class TableCopy(WantedCopy):
    """A copy in Parquet of a table on Athena, made and extended a few days at a time.

    ``fill_in_account`` changes nothing until ``confirm`` is the number of the account:
    without it, it says what it would do, and what that costs.
    """

    __slots__ = ()

    def fill_in_account(
        self,
        first: date | str,
        last: date | str,
        *,
        accounts: Sequence[str] = (),
        late: str | timedelta = "1d",
        session: "boto3.Session | None" = None,
        profile: str | None = None,
        confirm: str | None = None,
    ) -> "Plan":
        """Copy the events of the days from first to last, both included.

        Left out, the accounts are all that the table lists. ``late`` says how long
        after a step's last day a log file may have been delivered. What the copy holds
        is not written again: the same call goes on after a failure, or adds what came
        later.
        Ctrl-C stops the step that runs. One fill at a time: while it runs, an object
        beside the copy's folder (``….filling``) lets another be refused with
        TableError, for two at once would write records twice.
        """
        from trailkit.admin.copies.backfill import Filling

        end = moment(last) + timedelta(days=1)
        days = Scope().window(moment(first), end).with_late(late)
        days = days.with_accounts(*accounts) if accounts else days
        return Filling(self, session, profile).run(days, confirm)

    def filler_policy(
        self,
        source: "Definition | None" = None,
        *,
        results: str | None = None,
        log_keys: Sequence[str] = (),
        results_key: str | None = None,
        files_key: str | None = None,
        session: "boto3.Session | None" = None,
        profile: str | None = None,
    ) -> str:
        """Write the IAM policy of who fills the copy; it changes nothing.

        ``source`` is the definition of the table that is copied, ``results`` the place
        of the workgroup's results. What is left out is read from Glue and Athena; with
        both, nothing is asked of AWS. ARNs of KMS keys: ``log_keys`` encrypt the logs,
        ``results_key`` the results (left out, the workgroup's own) and ``files_key``
        the bucket of the copy, where it has one. Only as ``iceberg`` may files of the
        copy be deleted. Raises TableError for another table's definition, for what is
        no place or key, and for a policy longer than IAM allows.
        """
        from trailkit.admin.copies.filler_policy import Keys, filler, look

        found = look(self, source, results, session, profile)
        keys = Keys(tuple(log_keys), results_key or found.key, files_key)
        return json.dumps(filler(self, found, keys), indent=2)

    def maintenance_sql(self, first: date | str, last: date | str) -> str:
        """Write the OPTIMIZE and VACUUM of an Iceberg copy, for Athena's editor.

        One joins the small files of these days, the other lets old snapshots go. Run
        each again while Athena ends it with MORE_RUNS_NEEDED. Raises TableError for
        names that the two statements do not take.
        """
        from trailkit.tables import copies

        days = Scope().window(moment(first), moment(last) + timedelta(days=1))
        copy = self.copy(Kind.EVENT)
        return f"{copies.optimize(copy, days)};\n\n{copies.vacuum(copy)};"
