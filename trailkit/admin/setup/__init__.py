"""Set-up: database, workgroup, tables and rights, as texts or made in the account."""

from trailkit.admin.setup.policies import acquisition_policy
from trailkit.admin.setup.setup import Setup

__all__ = ["Setup", "acquisition_policy"]
