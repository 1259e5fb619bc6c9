"""Set-up: database, workgroup, tables and rights, as texts or made in the account."""

from trailkit.admin.setup.setup import Setup

__all__ = ["Setup"]
