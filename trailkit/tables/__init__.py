"""Athena tables for CloudTrail: where the logs lie, DDL, and the way to `records`."""
