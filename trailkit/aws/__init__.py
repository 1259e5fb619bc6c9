"""The way into an AWS account, which tables, evidence and Athena share."""
