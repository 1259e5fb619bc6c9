"""IAM's decision about a policy, for the little that trailkit's policies hold."""

import fnmatch
import json
from typing import Any

from tests.support.athena_faults import Asked
from tests.support.athena_server import ACCOUNT


def statements(policy: str) -> list[dict[str, Any]]:
    """Take a policy apart."""
    return json.loads(policy)["Statement"]


def allows(
    policy: str,
    action: str,
    resource: str,
    prefix: str | None = None,
    owner: str = ACCOUNT,
) -> bool:
    """Return whether a policy allows an action on an owner's resource.

    A bucket is listed below a ``prefix``.
    """
    return any(
        action in each["Action"]
        and any(fnmatch.fnmatchcase(resource, arn) for arn in each["Resource"])
        and _fits(each.get("Condition"), prefix, owner)
        for each in statements(policy)
    )


def _fits(condition: dict[str, Any] | None, prefix: str | None, owner: str) -> bool:
    if condition is None:
        return True
    if "StringEquals" in condition:
        return condition == {"StringEquals": {"aws:ResourceAccount": owner}}
    patterns = condition["StringLike"]["s3:prefix"]
    return prefix is not None and any(
        fnmatch.fnmatchcase(prefix, pattern) for pattern in patterns
    )


def permits(policy: str, asked: Asked, account: str, region: str, group: str) -> bool:
    """Return whether a policy allows a request, on everything that it is about."""
    service = asked.action.partition(":")[0]
    if service == "sts":
        return True
    place = f"arn:aws:{service}:{region}:{account}"
    arns = [f"{place}:{each}" for each in asked.about]
    if service == "s3":
        arns = [f"arn:aws:s3:::{each}" for each in asked.about]
    if service == "athena":
        arns = [f"{place}:workgroup/{group}"]
    return all(allows(policy, asked.action, arn, asked.prefix) for arn in arns)
