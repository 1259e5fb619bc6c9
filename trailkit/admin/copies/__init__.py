"""Copies of tables, filled in an account: priced first, then step by step."""

from trailkit.admin.copies.table_copy import TableCopy

__all__ = ["TableCopy"]
