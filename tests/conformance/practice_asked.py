"""The practice case on Trino, and one question asked of many cases."""

import json
from typing import Any

import pandas as pd

import trailkit as tk
from tests.conformance.trino_server import CATALOG, LOOPBACK, TrinoServer
from tests.support import examples_read
from tests.test_equal_engines import arguments
from tools.practice_case import practice
from tools.practice_case.organization import ACCOUNTS
from trailkit.case import Case
from trailkit.questions.question import Question

DATABASE = "practice"
ACCOUNT_IDS = tuple(account.id for account in ACCOUNTS)

OPTIONAL = {
    "persistence/iam-changes": {"target": "shop-web", "principal": "shop-deploy"},
    "identity/role-assumptions": {
        "role": practice.answers().hops[0].role,
        "access_key": practice.answers().hops[0].caller_key,
    },
    "insights/list": {"action": "GetSecretValue"},
    "overview/console-changes": {"actor": "sso/", "looks": True},
    "overview/first-seen": {
        "by": "address",
        "for_each_identity": True,
        "only_new": False,
    },
    "overview/hours": {
        "start_hour": 9,
        "end_hour": 17,
        "offset_minutes": 60,
        "weekends": False,
    },
    "overview/moment": {"minutes": 1},
    "overview/rare": {"identity": "user/", "times": 5, "least": 10},
    "overview/rates": {"errors": False, "least": 5, "factor": 2},
    "overview/read-write": {"by": "identity"},
    "overview/records": {
        "services": ["iam"],
        "actions": ["CreateUser"],
        "writes": True,
        "most": 5,
    },
    "overview/regions-unused": {"approved": ["eu-west-1"]},
    "overview/search": {"pattern": "(?i)^boto3/[0-9.]+"},
    "overview/top": {"by": "identity", "most": 3},
    "overview/unusual-parameters": {"least": 5, "variety": 2},
    "overview/windows-compared": {"by": "identity"},
    "resource/history": {"about": "Bucket", "changes": True},
    "s3/bucket-deletions": {"bucket": practice.answers().bucket},
    "credentials/secrets-read": {"name": "shop/database"},
}
"""A value for each parameter that a question can do without; each has an answer."""

JSON = {"context", "request", "response", "additional_data", "service_details"}
"""Columns of JSON text: equal as values."""


def on_trino(
    server: TrinoServer,
    database: str,
    prefix: str = "",
    catalog: str = CATALOG,
    events: str = "cloudtrail",
) -> Case:
    """Open the tables of each kind, whose names may begin with a prefix."""
    schema = f"{catalog}.{database}"
    return tk.trino(
        f"{schema}.{prefix}{events}",
        insights=f"{schema}.{prefix}insights",
        network=f"{schema}.{prefix}network",
        aggregated=f"{schema}.{prefix}aggregated",
        host=LOOPBACK,
        port=server.port,
        user="analyst",
    )


def same(question: Question, values: dict[str, Any], *cases: Case) -> pd.DataFrame:
    """Ask every case, and expect one frame."""
    first, *others = (case.ask(question.name, **values) for case in cases)
    for other in others:
        pd.testing.assert_frame_equal(other, first)
    return first


def each_optional(question: Question) -> dict[str, dict[str, Any]]:
    """Return by name the values for each parameter that a question can do without."""
    needed, optional = arguments(question), OPTIONAL.get(question.name, {})
    tried = {*needed, *optional}
    declared = {parameter.name for parameter in question.parameters}
    assert tried == declared or question.name in examples_read.names()
    return {name: {**needed, name: value} for name, value in optional.items()}


def with_values(frame: pd.DataFrame) -> pd.DataFrame:
    """Read the JSON texts, which an engine may write anew."""
    texts = [name for name in frame if name in JSON]
    return frame.assign(
        **{name: frame[name].map(json.loads, na_action="ignore") for name in texts}
    )
