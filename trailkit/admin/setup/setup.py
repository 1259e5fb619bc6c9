"""A set-up as one value: its texts, and the calls that make it in the account."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from trailkit.admin.setup import policies
from trailkit.admin.setup.setup_names import Wanted, check_analyst
from trailkit.admin.setup.template import template
from trailkit.display.card import folded
from trailkit.tables import ddl

if TYPE_CHECKING:
    import boto3

    from trailkit.admin.setup.account_changes import Report
    from trailkit.aws.session import Access


class Setup(Wanted):
    """Databases, tables, a workgroup and rights, to read and then to deploy.

    The texts change nothing. Nor do the calls that end in ``_in_account``, until
    ``confirm`` is the number of the account: without it they say what they would do.
    What is there already is left as it is.

    >>> from datetime import date
    >>> from trailkit.tables.layout import Layout
    >>> from trailkit.tables.raw import RawTable
    >>> logs = Layout("central-logs", organization="o-a1b2c3d4e5")
    >>> setup = Setup(
    ...     (RawTable("security", "cloudtrail", logs, date(2024, 1, 1)),),
    ...     account="111122223333",
    ...     region="eu-west-1",
    ...     results="s3://athena-results/trailkit/",
    ... )
    >>> print(setup.sql()[:49])
    create database if not exists `security`;
    <BLANKLINE>
    create
    """

    __slots__ = ()

    def for_analyst(self, name: str) -> "Setup":
        """Return the set-up of one analyst: a workgroup and a place of their own.

        The workgroup enforces the place, and the policy allows no writing elsewhere, so
        that no one can change what another analyst reads.
        """
        folder = f"s3://{self.results_bucket}/{self.results_prefix}/{name}/"
        check_analyst(name)
        workgroup = f"{self.workgroup}-{name}"
        return replace(self, workgroup=workgroup, results=folder, new_bucket=False)

    def sql(self) -> str:
        """Write the statements for databases and tables, for Athena's editor.

        Athena runs one at a time. A workgroup has no SQL: see ``workgroup_json``.
        """
        statements = [
            *map(ddl.create_database, self.databases),
            *(ddl.create_table(table.definition()) for table in self.tables),
        ]
        text = "".join(f"{statement};\n\n" for statement in statements).rstrip("\n")
        return folded("Databases and tables, for Athena's editor", text)

    def workgroup_json(self) -> str:
        """Write the workgroup for ``aws athena create-work-group --cli-input-json``."""
        settings = {"Name": self.workgroup, "Configuration": self.workgroup_settings()}
        return _json("The workgroup", settings)

    def analyst_policy(self) -> str:
        """Write the IAM policy of who asks questions."""
        return _json("The rights of who asks questions", policies.analyst(self))

    def table_maker_policy(self) -> str:
        """Write the IAM policy of who finds logs and makes tables."""
        return _json("The rights of who makes tables", policies.table_maker(self))

    def cloudformation(self) -> str:
        """Write the template that deploys everything; it needs CAPABILITY_IAM.

        It is plain text: YAML's parsers in C take no other.
        """
        return json.dumps(template(self), indent=2)

    def create_bucket_in_account(
        self,
        session: "boto3.Session | None" = None,
        *,
        profile: str | None = None,
        confirm: str | None = None,
    ) -> "Report":
        """Make the bucket of the results: private, encrypted, emptied in time."""
        from trailkit.admin.setup import account_changes, account_setup

        access = self._access(session, profile)
        made = [account_setup.bucket(self, access)]
        return account_changes.carry_out(made, access, self.account, confirm)

    def create_workgroup_in_account(
        self,
        session: "boto3.Session | None" = None,
        *,
        profile: str | None = None,
        confirm: str | None = None,
    ) -> "Report":
        """Make the workgroup, with its cut-off and its enforced place for results."""
        from trailkit.admin.setup import account_changes, account_setup

        access = self._access(session, profile)
        made = [account_setup.workgroup(self, access)]
        return account_changes.carry_out(made, access, self.account, confirm)

    def create_tables_in_account(
        self,
        session: "boto3.Session | None" = None,
        *,
        profile: str | None = None,
        confirm: str | None = None,
    ) -> "Report":
        """Make the databases and tables in Glue, where Athena finds them."""
        from trailkit.admin.setup import account_changes, account_setup

        access = self._access(session, profile)
        made = [
            *account_setup.databases(self, access),
            *account_setup.tables(self, access),
        ]
        return account_changes.carry_out(made, access, self.account, confirm)

    def _access(self, session: "boto3.Session | None", profile: str | None) -> "Access":
        from trailkit.aws.session import Access

        return Access(session, profile, self.region)


def _json(title: str, value: object) -> str:
    return folded(title, json.dumps(value, indent=2))
