"""Every right that trailkit uses, by what for: the policies are made of these lists.

A test compares them with the requests that trailkit sends. ``sts:GetCallerIdentity``
needs no right. Facts: Athena User Guide, "Access to Amazon S3", "Configure access to
databases and tables in the AWS Glue Data Catalog" and "Configure access to workgroups";
Service Authorization Reference for resources.
"""

QUERY = (
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryRuntimeStatistics",
    "athena:GetWorkGroup",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
)
"""On the workgroup."""

READ_CATALOG = ("glue:GetDatabase", "glue:GetDatabases")
"""On the catalog, the database, and "default", which Athena always looks at."""

READ_TABLES = ("glue:BatchGetPartition", "glue:GetPartitions", "glue:GetTable")
"""On the tables, and what they lie in."""

LIST_LOGS = ("s3:ListBucket",)
"""On the bucket of the logs, below their prefix."""

READ_LOGS = ("s3:GetObject",)
"""On the log files."""

PLACE_RESULTS = (
    "s3:GetBucketLocation",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
)
"""On the bucket of the results; Athena writes them with the rights of the caller."""

WRITE_RESULTS = (
    "s3:AbortMultipartUpload",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)
"""On the results."""

CLEAN_RESULTS = ("s3:DeleteObject",)
"""On the files of an UNLOAD and the list of them, deleted once they are read."""

READ_ENCRYPTED = ("kms:Decrypt",)
"""On the key of the logs."""

WRITE_ENCRYPTED = ("kms:Decrypt", "kms:GenerateDataKey")
"""On the key of the results."""

FIND_TRAILS = ("cloudtrail:DescribeTrails", "cloudtrail:ListTrails")
"""On ``*``: AWS has no narrower resource for them."""

READ_TRAILS = (
    "cloudtrail:GetEventConfiguration",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetInsightSelectors",
    "cloudtrail:GetTrailStatus",
)
"""On the trails."""

READ_EVENT_HISTORY = ("cloudtrail:LookupEvents",)
"""On ``*``: AWS has no narrower resource for it."""

MAKE_TABLES = ("glue:CreateDatabase", "glue:CreateTable")
"""On the catalog, the database and the tables."""

MAKE_WORKGROUP = ("athena:CreateWorkGroup", "athena:GetWorkGroup")
"""On the workgroup."""

MAKE_BUCKET = (
    "s3:CreateBucket",
    "s3:ListBucket",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
"""On the bucket of the results."""

FILL_COPY = (
    "glue:BatchCreatePartition",
    "glue:BatchUpdatePartition",
    "glue:CreatePartition",
    "glue:GetPartition",
    "glue:UpdatePartition",
)
"""On a copy, with MAKE_TABLES: its partitions are named, written, and noted as whole.

AWS does not say which of them Athena uses for an INSERT; none takes anything away.
"""

FILL_ICEBERG = ("glue:UpdateTable",)
"""On an Iceberg copy, with MAKE_TABLES: each statement points it to a new snapshot."""

PLACE_COPY = ("s3:GetBucketLocation", "s3:ListBucketMultipartUploads")
"""On the bucket of a copy."""

WRITE_COPY = WRITE_RESULTS
"""On the files of a copy: an INSERT writes them as it writes results."""

CLEAN_COPY = ("s3:DeleteObject",)
"""On the lock of a copy; of an Iceberg copy on every file, for VACUUM and OPTIMIZE."""

LIST_VERSIONS = ("s3:ListBucket", "s3:ListBucketVersions")
"""On the bucket of the logs, below their prefix, for an acquisition."""

READ_VERSIONS = ("s3:GetObject", "s3:GetObjectVersion")
"""On the log files and digests."""

SEE_LOCKS = ("s3:GetObjectLegalHold", "s3:GetObjectRetention")
"""On the same: S3 says how an object is locked only to those who hold them."""

READ_PUBLIC_KEYS = ("cloudtrail:ListPublicKeys",)
"""On ``*``: AWS has no narrower resource for it."""
