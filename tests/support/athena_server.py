"""An Athena that executes, on loopback: real HTTP, statements run, files in S3.

moto answers S3, STS, Glue and the workgroups. ``athena_queries`` runs the statements.
A layer in front of moto refuses, throttles or drops what a test names.
"""

import json
import logging
import os
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.request import Request, urlopen

import moto.athena.urls
import moto.glue.urls
import moto.servicequotas.urls
import pyarrow as pa
import pytest
from moto.athena.models import athena_backends
from moto.athena.responses import AthenaResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.glue.models import glue_backends
from moto.glue.responses import GlueResponse
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import s3_backends
from moto.servicequotas.responses import ServiceQuotasResponse
from werkzeug.serving import make_server

from tests.support.athena_faults import Fault, Faults
from tests.support.athena_queries import REGION, Query, Warehouse
from tests.support.athena_results import hive_type
from tests.support.athena_synopses import departure
from trailkit.tables.definition import Definition

ACCOUNT = DEFAULT_ACCOUNT_ID
QUERY_TEXT_LIMIT = 262_144

LOGS_REFUSED = (
    "PERMISSION_DENIED: User: arn:aws:iam::123456789012:user/analyst is not authorized "
    "to perform: s3:GetObject on resource: "
    '"arn:aws:s3:::trail-logs/AWSLogs/1.json.gz" because no identity-based policy '
    "allows the s3:GetObject action (Service: S3, Status Code: 403)"
)
KEY_REFUSED = (
    "PERMISSION_DENIED: User: arn:aws:iam::123456789012:user/analyst is not authorized "
    "to perform: kms:Decrypt on resource: "
    "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab "
    "because no identity-based policy allows the kms:Decrypt action "
    "(Service: S3, Status Code: 403)"
)
WRITING_REFUSED = (
    "Access denied when writing output to url: s3://results/athena/1.csv . Please "
    "ensure you are allowed to access the S3 bucket. If you are encrypting query "
    "results with KMS key, please ensure you are allowed to access your KMS key"
)


class ExecutingResponse(AthenaResponse):
    """Athena's actions; those about workgroups stay moto's."""

    server: ClassVar["AthenaServer"]

    def get_work_group(self) -> str:
        """Refuse a workgroup that is not there, which moto does not."""
        return json.dumps({"WorkGroup": self._work_group(self._get_param("WorkGroup"))})

    def _work_group(self, name: str) -> dict[str, Any]:
        group = self.athena_backend.get_work_group(name)
        if group is None:
            raise _invalid(f"WorkGroup {name} is not found.")
        return group

    def start_query_execution(self) -> str:
        """Start a query where its results may go."""
        sql: str = self._get_param("QueryString")
        name = self._get_param("WorkGroup") or "primary"
        configuration = self._work_group(name)["Configuration"]
        if len(sql.encode()) > QUERY_TEXT_LIMIT:
            raise _invalid("Value at 'queryString' failed to satisfy constraint")
        if departs := departure(sql):
            raise _invalid(f"Queries of this type are not supported: {departs}")
        context = self._get_param("QueryExecutionContext") or {}
        query = self.server.start_query(
            sql=sql,
            database=context.get("Database", "default"),
            workgroup=name,
            location=self._location(configuration),
            own_settings=not self._get_param("ResultConfiguration"),
            ciphertext=self._is_ciphertext(configuration),
            reuse_minutes=self._reuse_minutes(),
            cutoff=configuration.get("BytesScannedCutoffPerQuery"),
        )
        return json.dumps({"QueryExecutionId": query.id})

    def _reuse_minutes(self) -> int | None:
        """Read how old an answer may be that is given again."""
        wanted = self._get_param("ResultReuseConfiguration") or {}
        by_age = wanted.get("ResultReuseByAgeConfiguration") or {}
        minutes = by_age.get("MaxAgeInMinutes", 60)
        if not 0 <= minutes <= 10_080:
            raise _invalid("MaxAgeInMinutes must be between 0 and 10080")
        return minutes if by_age.get("Enabled") else None

    def _is_ciphertext(self, configuration: dict[str, Any]) -> bool:
        """Return whether the settings that count have Athena encrypt results itself."""
        own = configuration.get("ResultConfiguration") or {}
        sent = self._get_param("ResultConfiguration")
        enforced = configuration["EnforceWorkGroupConfiguration"]
        encryption = (own if enforced or not sent else sent).get(
            "EncryptionConfiguration"
        )
        return (encryption or {}).get("EncryptionOption") == "CSE_KMS"

    def _location(self, configuration: dict[str, Any]) -> str | None:
        """Choose as Athena does between the workgroup's settings and the caller's."""
        wanted = self._get_param("ResultConfiguration") or {}
        own = configuration.get("ResultConfiguration") or {}
        if (configuration.get("ManagedQueryResultsConfiguration") or {}).get("Enabled"):
            if wanted.get("OutputLocation"):
                raise _invalid(
                    "OutputLocation cannot be set for managed query results."
                )
            return None
        enforced = configuration["EnforceWorkGroupConfiguration"]
        chosen = own if enforced or not wanted.get("OutputLocation") else wanted
        if not chosen.get("OutputLocation"):
            raise _invalid(
                "No output location provided. An output location is required either "
                "through the Workgroup result configuration setting or as an API input."
            )
        bucket = chosen["OutputLocation"].removeprefix("s3://").partition("/")[0]
        if bucket not in s3_backends[ACCOUNT]["aws"].buckets:
            raise _invalid(f"Unable to verify/create output bucket {bucket}")
        return chosen["OutputLocation"].rstrip("/") + "/"

    def _query(self) -> Query:
        query = self.server.queries.get(self._get_param("QueryExecutionId"))
        if query is None:
            raise _invalid("QueryExecution was not found")
        return query

    def get_query_execution(self) -> str:
        """Tell a query's state; each look moves it on."""
        query = self._query()
        query.look()
        return json.dumps({"QueryExecution": query.describe()})

    def stop_query_execution(self) -> str:
        """Cancel a query."""
        self._query().stop()
        return "{}"

    def get_query_results(self) -> str:
        """Return a page of rows."""
        query = self._query()
        if query.state != "SUCCEEDED":
            raise _invalid(f"Query has not yet finished. Current state: {query.state}")
        size = self._get_param("MaxResults") or 1000
        return json.dumps(query.page(int(self._get_param("NextToken") or 0), int(size)))

    def get_query_runtime_statistics(self) -> str:
        """Tell how many rows a query gave."""
        return json.dumps({"QueryRuntimeStatistics": self._query().statistics()})

    def get_capacity_assignment_configuration(self) -> str:
        """Tell which workgroups are assigned to a capacity reservation."""
        name = self._get_param("CapacityReservationName")
        groups = self.server.reserved.get(name, [])
        return json.dumps(
            {
                "CapacityAssignmentConfiguration": {
                    "CapacityReservationName": name,
                    "CapacityAssignments": [{"WorkGroupNames": groups}],
                }
            }
        )

    def list_capacity_reservations(self) -> str:
        """List what capacity is reserved."""
        listed = [
            {"Name": name, "Status": "ACTIVE", "TargetDpus": 24}
            for name in self.server.reserved
        ]
        return json.dumps({"CapacityReservations": listed})

    def get_table_metadata(self) -> str:
        """Read a table from moto's Glue."""
        glue = glue_backends[self.current_account][self.region]
        table = glue.get_table(
            self._get_param("DatabaseName"), self._get_param("TableName")
        ).as_dict()
        metadata = {
            "Name": table["Name"],
            "TableType": table["TableType"],
            "Columns": table["StorageDescriptor"]["Columns"],
            "PartitionKeys": table["PartitionKeys"],
            "Parameters": table["Parameters"],
        }
        return json.dumps({"TableMetadata": metadata})


class PagedResponse(GlueResponse):
    """Glue's actions; moto gives all partitions at once, Glue a page of them."""

    most: ClassVar[int] = 1000

    def get_partitions(self) -> ActionResult:
        """Return a page of partitions."""
        partitions = self.glue_backend.get_partitions(
            self.parameters["DatabaseName"],
            self.parameters["TableName"],
            self.parameters.get("Expression"),
        )
        begin = int(self.parameters.get("NextToken") or 0)
        end = begin + self.most
        page: dict[str, Any] = {
            "Partitions": [each.as_dict() for each in partitions[begin:end]]
        }
        if end < len(partitions):
            page["NextToken"] = str(end)
        return ActionResult(page)


class QuotasResponse(ServiceQuotasResponse):
    """Service Quotas, which moto knows of VPCs only."""

    server: ClassVar["AthenaServer"]

    def list_service_quotas(self) -> str:
        """List those of Athena that a test has set, in minutes or queries."""
        listed = [
            {"QuotaName": name, "Value": value}
            for name, value in self.server.quotas.items()
        ]
        return json.dumps({"Quotas": listed})


def _invalid(message: str) -> JsonRESTError:
    return JsonRESTError("InvalidRequestException", message)


class AthenaServer:
    """The server, its tables, and the knobs that a test turns.

    ``slow`` makes queries run that many seconds. ``failure`` makes them fail with a
    reason, ``failure_state`` says FAILED or CANCELLED; only the first ``failures`` do,
    and one ``comes_back`` to the queue so often. ``queries`` holds what ran.
    With ``throttle`` one that gets more files than so many fails, as S3 makes it.
    ``afterwards`` is done to each query that has succeeded, before anyone hears of it.
    ``pass_time`` lets what has run be so much older.
    """

    def __init__(self) -> None:
        """Start on a free port of the loopback address."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        ExecutingResponse.server = self
        moto.athena.urls.url_paths["{0}/$"] = ExecutingResponse.dispatch
        moto.glue.urls.url_paths["{0}/$"] = PagedResponse.dispatch
        QuotasResponse.server = self
        moto.servicequotas.urls.url_paths["{0}/$"] = QuotasResponse.dispatch
        self.faults = Faults(DomainDispatcherApplication(create_backend_app), ACCOUNT)
        self._http = make_server(
            "127.0.0.1", 0, self.faults, True, request_handler=MotoRequestHandler
        )
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._http.server_port}"
        self.warehouse = Warehouse()
        self._clear()

    def environment(self) -> dict[str, str]:
        """Return the variables that lead boto3 here, and nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _clear(self) -> None:
        if type(self.warehouse) is Warehouse:
            self.warehouse.empty()
        else:  # a test has put another in its place
            self.warehouse.close()
            self.warehouse = Warehouse()
        self.queries: dict[str, Query] = {}
        self.slow = 0.0
        self.failure: str | None = None
        self.failure_state = "FAILED"
        self.comes_back = 0
        self.throttle: int | None = None
        self.failures = float("inf")
        self.afterwards: Callable[[Query], None] | None = None
        self.reserved: dict[str, list[str]] = {}
        self.quotas: dict[str, float] = {"DML query timeout": 30}
        self.faults.planned.clear()
        self.faults.owners.clear()
        self.faults.seen.clear()
        self.faults.asked.clear()

    def reset(self) -> None:
        """Forget tables, queries, buckets and knobs."""
        with urlopen(
            Request(f"{self.endpoint}/moto-api/reset", method="POST")
        ) as reply:
            reply.read()
        self._clear()

    def begin(self, patch: pytest.MonkeyPatch) -> None:
        """Lead boto3 here; begin with a bucket "results" and a workgroup "dfir"."""
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in self.environment().items():
            patch.setenv(name, value)
        self.reset()
        self.bucket("results")
        self.workgroup("dfir", "s3://results/athena/")

    def stop(self) -> None:
        """Close the port."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        self.warehouse.close()
        del ExecutingResponse.server, QuotasResponse.server

    def start_query(self, **settings: Any) -> Query:
        """Start a query under the knobs as they stand."""
        fails = self.failures > 0
        self.failures -= 1
        query = Query(
            earlier=list(self.queries.values()),
            warehouse=self.warehouse,
            slow=self.slow,
            failure=self.failure if fails else None,
            comes_back=self.comes_back,
            throttle=self.throttle,
            most_minutes=self.quotas.get("DML query timeout", 30),
            failure_state=self.failure_state,
            afterwards=self.afterwards,
            **settings,
        )
        self.queries[query.id] = query
        return query

    def pass_time(self, length: timedelta) -> None:
        """Let so much time have passed since each query."""
        for query in self.queries.values():
            query.begun -= length
            if query.ended:
                query.ended -= length
        for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
            for key in bucket.keys.values():
                key.last_modified -= length

    @property
    def last(self) -> Query:
        """The query that was started last."""
        return list(self.queries.values())[-1]

    def bucket(self, name: str, owner: str = ACCOUNT) -> None:
        """Make a bucket."""
        s3_backends[ACCOUNT]["aws"].create_bucket(name, REGION)
        self.faults.owners[name] = owner

    def files(self, bucket: str) -> list[str]:
        """List a bucket's keys."""
        return list(s3_backends[ACCOUNT]["aws"].get_bucket(bucket).keys)

    def disable(self, workgroup: str) -> None:
        """Disable a workgroup."""
        athena_backends[ACCOUNT][REGION].work_groups[workgroup].state = "DISABLED"

    def workgroup(
        self,
        name: str,
        location: str | None = None,
        enforced: bool = False,
        managed: bool = False,
        **configuration: Any,
    ) -> None:
        """Make a workgroup."""
        result = {"OutputLocation": location} if location else {}
        athena_backends[ACCOUNT][REGION].create_work_group(
            name,
            {
                "ResultConfiguration": result,
                "EnforceWorkGroupConfiguration": enforced,
                "ManagedQueryResultsConfiguration": {"Enabled": managed},
                **configuration,
            },
            description="",
            tags=[],
        )

    def register(
        self,
        database: str,
        table: str,
        rows: pa.Table,
        partitions: Sequence[str] = (),
        total: int | None = None,
    ) -> None:
        """Add a table with its rows; ``total`` is the size of its files in bytes."""
        types = {field.name: hive_type(field.type) for field in rows.schema}
        keys = {name: types.pop(name) for name in partitions}
        types.pop("$path", None)
        self.create(
            Definition(database, table, types, keys, "s3://trail-logs/"), rows, total
        )

    def create(
        self,
        definition: Definition,
        rows: pa.Table,
        total: int | None = None,
        in_s3: bool = False,
    ) -> None:
        """Create a table as defined, with its rows.

        With ``in_s3`` it shows those of files that lie in S3, where the table looks.
        """
        database, name = definition.database, definition.name
        self.warehouse.register(
            database, name, rows, tuple(definition.partitions), total, in_s3
        )
        glue = glue_backends[ACCOUNT][REGION]
        if database not in glue.databases:
            glue.create_database(database, {"Name": database})
        glue.create_table(database, name, definition.glue(), ACCOUNT)

    def add_partition(
        self, database: str, table: str, values: Sequence[str], location: str
    ) -> None:
        """Add a partition to a table, as ALTER TABLE … ADD PARTITION does."""
        glue = glue_backends[ACCOUNT][REGION]
        storage = {"Columns": [], "Location": location}
        partition = {"Values": [*values], "StorageDescriptor": storage}
        glue.create_partition(database, table, partition)

    def refuse(
        self,
        action: str,
        code: str,
        message: str = "",
        times: float = float("inf"),
        until: Callable[[], bool] = lambda: False,
    ) -> None:
        """Let an action (a pattern) fail with an error code, so many times."""
        self.faults.planned.append(Fault(action, code, message, times, until))

    def drop(self, action: str, times: float = 1) -> None:
        """Lose the connection of an action (a pattern), so many times."""
        self.refuse(action, "", times=times)
