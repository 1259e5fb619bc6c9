"""The ARNs of things in one account and region."""

from dataclasses import dataclass

from trailkit.tables.regions import partition_of


@dataclass(frozen=True, slots=True)
class Arns:
    """ARNs of an account and region, in the partition of AWS that the region lies in.

    >>> Arns("111122223333", "cn-north-1").bucket("central-logs", "AWSLogs/*")
    'arn:aws-cn:s3:::central-logs/AWSLogs/*'
    """

    account: str
    region: str

    @property
    def partition(self) -> str:
        """The partition of AWS; "aws" for a region yet unknown."""
        return partition_of(self.region)

    def of(self, service: str, resource: str = "") -> str:
        """Return the ARN of something in this account and region."""
        arn = f"arn:{self.partition}:{service}:{self.region}:{self.account}"
        return f"{arn}:{resource}" if resource else arn

    def bucket(self, bucket: str, key: str = "") -> str:
        """Return the ARN of a bucket, or of objects in it."""
        return f"arn:{self.partition}:s3:::{bucket}" + (f"/{key}" if key else "")

    def workgroup(self, name: str) -> str:
        """Return the ARN of a workgroup of Athena."""
        return self.of("athena", f"workgroup/{name}")

    def catalog(self) -> str:
        """Return the ARN of the account's data catalog in Glue."""
        return self.of("glue", "catalog")

    def database(self, name: str) -> str:
        """Return the ARN of a database in Glue."""
        return self.of("glue", f"database/{name}")

    def table(self, database: str, name: str) -> str:
        """Return the ARN of a table in Glue; its partitions have none of their own."""
        return self.of("glue", f"table/{database}/{name}")
