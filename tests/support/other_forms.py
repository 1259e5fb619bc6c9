"""CloudTrail's records in the other forms that AWS keeps them in: OCSF, and Lake.

OCSF as github.com/ocsf/examples has it, below mappings/markdown/AWS: what has no place
of its own goes into ``unmapped``, under its path, as text. CloudTrail Lake as its User
Guide has it ("Supported SQL schemas for event data stores"): objects as maps of texts,
and the record as a whole.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pyarrow as pa
from sqlglot import exp

from trailkit.tables.definition import Definition

Record = Mapping[str, Any]

PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"

_ACTOR = (
    "struct<user:struct<type:string,name:string,{ids},credential_uid:string>,"
    "session:struct<{session},issuer:string>,invoked_by:string,idp:struct<{idp}>>"
)
_METADATA = (
    "struct<product:struct<version:string,name:string,vendor_name:string,"
    "feature:struct<name:string>>,{code}uid:string,profiles:array<string>,"
    "version:string>"
)
_API = (
    "struct<response:struct<error:string,message:string{data}>,operation:string,"
    "version:string,service:struct<name:string>,request:struct<uid:string{data}>>"
)
_SAME = {
    "time": "bigint",
    "dst_endpoint": "struct<svc_name:string>",
    "http_request": "struct<user_agent:string>",
    "src_endpoint": "struct<uid:string,ip:string,domain:string>",
    "class_name": "string",
    "class_uid": "int",
    "activity_name": "string",
    "status": "string",
    "unmapped": "map<string,string>",
}
_PLACE = {"region": "string", "accountid": "string"}

VERSION_1 = {
    **_SAME,
    "metadata": _METADATA.format(code=""),
    "cloud": "struct<region:string,provider:string>",
    "api": _API.format(data=""),
    "actor": _ACTOR.format(
        ids="uid:string,uuid:string,account_uid:string",
        session="created_time:bigint,mfa:boolean",
        idp="name:string",
    ),
    "resources": "array<struct<uid:string,account_uid:string,type:string>>",
    "mfa": "boolean",
}
"""OCSF 1.0.0-rc.2, AWS source version 1; partitioned by region, account, day."""

VERSION_2 = {
    **_SAME,
    **_PLACE,
    "metadata": _METADATA.format(code="event_code:string,"),
    "time_dt": "timestamp",
    "cloud": "struct<region:string,provider:string>",
    "api": _API.format(data=",data:string"),
    "actor": _ACTOR.format(
        ids="uid_alt:string,uid:string,account:struct<uid:string>",
        session="created_time_dt:timestamp,is_mfa:boolean",
        idp="name:string",
    ),
    "resources": "array<struct<uid:string,account_uid:string,type:string>>",
    "is_mfa": "boolean",
}
"""OCSF 1.1, AWS source version 2."""

CLOUDWATCH = {
    **{name: kind for name, kind in VERSION_2.items() if name not in _PLACE},
    "cloud": "struct<account:struct<uid:string>,region:string,provider:string>",
    "actor": _ACTOR.format(
        ids="uid_alt:string,uid:string,account:struct<uid:string>",
        session="created_time_dt:timestamp,is_mfa:boolean",
        idp="name:string,uid:string",
    ),
    "resources": "array<struct<uid:string,owner:struct<account:struct<uid:string>>,"
    "type:string>>",
}
"""OCSF 1.5, as CloudWatch's unified data store writes it into S3 Tables."""

LAKE = {
    "eventversion": "string",
    "useridentity": "struct<type:string,principalid:string,arn:string,"
    "accountid:string,accesskeyid:string,username:string,sessioncontext:struct<"
    "attributes:struct<creationdate:timestamp,mfaauthenticated:string>,"
    "sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,"
    "username:string>,webidfederationdata:struct<federatedprovider:string,"
    "attributes:map<string,string>>,sourceidentity:string,ec2roledelivery:string,"
    "ec2issuedinvpc:string>,onbehalfof:struct<userid:string,identitystorearn:string>,"
    "inscopeof:struct<sourcearn:string,sourceaccount:string,issuertype:string,"
    "credentiaisissuedto:string>,invokedby:string,identityprovider:string>",
    "eventtime": "timestamp",
    **dict.fromkeys(
        (
            *("eventsource", "eventname", "awsregion", "sourceipaddress"),
            *("useragent", "errorcode", "errormessage"),
        ),
        "string",
    ),
    **dict.fromkeys(
        ("requestparameters", "responseelements", "additionaleventdata"),
        "map<string,string>",
    ),
    "requestid": "string",
    "eventid": "string",
    "readonly": "boolean",
    "resources": "array<struct<accountid:string,type:string,arn:string,"
    "arnprefix:string>>",
    "eventtype": "string",
    "apiversion": "string",
    "managementevent": "boolean",
    **dict.fromkeys(
        (
            *("recipientaccountid", "sharedeventid", "annotation"),
            *("vpcendpointid", "vpcendpointaccountid"),
        ),
        "string",
    ),
    **dict.fromkeys(
        ("serviceeventdetails", "addendum", "edgedevicedetails", "insightdetails"),
        "map<string,string>",
    ),
    "eventcategory": "string",
    "tlsdetails": "struct<tlsversion:string,ciphersuite:string,"
    "clientprovidedhostheader:string>",
    "sessioncredentialfromconsole": "string",
    "eventjson": "string",
    "eventjsonchecksum": "string",
}
"""An event data store of CloudTrail Lake."""


@dataclass(frozen=True)
class OtherForm:
    """A form: its columns and partition keys, and what writes a record in it."""

    columns: Mapping[str, str]
    write: Callable[[Record], dict[str, Any]]
    partitions: Mapping[str, str]

    def definition(self, database: str, name: str) -> Definition:
        """Return a table in this form."""
        return Definition(
            database,
            name,
            self.columns,
            self.partitions,
            f"s3://lake/{name}/",
            serde=PARQUET,
        )

    def rows(self, records: Iterable[Record]) -> pa.Table:
        """Write records as rows."""
        kinds = {**self.columns, **self.partitions, "$path": "string"}
        schema = pa.schema([(name, _arrow(kind)) for name, kind in kinds.items()])
        rows = [
            self.write(each) | {"$path": f"s3://lake/{number % 7}.parquet"}
            for number, each in enumerate(records)
        ]
        return pa.Table.from_pylist(rows, schema=schema)

    def without(self, *names: str) -> "OtherForm":
        """Return it without some columns."""
        left = {name: kind for name, kind in self.columns.items() if name not in names}
        return replace(self, columns=left)


@cache
def _built(hive: str) -> exp.DataType:
    return exp.DataType.build(hive, dialect="hive")


def _arrow(hive: str) -> pa.DataType:
    return _of(_built(hive))


def _of(kind: exp.DataType) -> pa.DataType:
    match kind.this:
        case exp.DType.STRUCT:
            return pa.struct([(x.name, _of(x.args["kind"])) for x in kind.expressions])
        case exp.DType.ARRAY:
            return pa.list_(_of(kind.expressions[0]))
        case exp.DType.MAP:
            return pa.map_(pa.string(), pa.string())
        case exp.DType.TIMESTAMP | exp.DType.TIMESTAMPTZ:
            return pa.timestamp("us")
        case exp.DType.BIGINT:
            return pa.int64()
        case exp.DType.INT:
            return pa.int32()
        case exp.DType.BOOLEAN:
            return pa.bool_()
        case _:
            return pa.string()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None


def _milliseconds(text: str | None) -> int | None:
    moment = _moment(text)
    return round(moment.replace(tzinfo=UTC).timestamp() * 1000) if moment else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else _json(value)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Write the leaves of an object under their paths."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{path}{name}.")
        elif inner is not None:
            yield f"{path}{name}", _text(inner) or ""


def _truth(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())


_MAPPED = {
    "eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "userAgent",
    "sourceIPAddress", "errorCode", "errorMessage", "requestID", "eventID", "eventType",
    "apiVersion", "resources", "vpcEndpointId", "eventCategory",
}  # fmt: skip
_MAPPED_OF_USER = (
    "type", "principalId", "arn", "accountId", "accessKeyId", "userName", "invokedBy",
    "sessionContext.attributes.creationDate", "identityProvider",
    "sessionContext.attributes.mfaAuthenticated", "sessionContext.sessionIssuer.arn",
    "sessionContext.webIdFederationData.federatedProvider",
)  # fmt: skip


def _ocsf(record: Record, version: str) -> dict[str, Any]:
    user = record.get("userIdentity") or {}
    session = user.get("sessionContext") or {}
    attributes = session.get("attributes") or {}
    more = record.get("additionalEventData") or {}
    sign_in = record["eventName"] == "ConsoleLogin"
    out = {f"userIdentity.{name}" for name in _MAPPED_OF_USER}
    out |= {f"additionalEventData.{name}" for name in ("LoginTo", "MFAUsed") if sign_in}
    kept: dict[str, Any] = {
        name: value
        for name, value in record.items()
        if name not in _MAPPED and isinstance(value, dict | str | bool | int)
    }
    data = {"request": "requestParameters", "response": "responseElements"}
    if version != "1.0.0-rc.2":
        out.add("eventType")
        for name in data.values():
            kept.pop(name, None)
    else:
        kept["eventType"] = record.get("eventType")
    if version == "1.5.0":
        out.add("recipientAccountId")
    unmapped = {name: text for name, text in _flat(kept) if name not in out}
    source = record.get("sourceIPAddress")
    is_address = (
        bool(source)
        and source[0].isalnum()
        and source.strip("0123456789abcdefABCDEF.:") == ""
        and any(sign in source for sign in ".:")
    )
    mfa = (
        _truth({"Yes": True, "No": False}.get(more.get("MFAUsed", "")))
        if sign_in
        else None
    )
    arn, principal = user.get("arn"), user.get("principalId")
    ids = (
        {"uid": principal, "uuid": arn, "account_uid": user.get("accountId")}
        if version == "1.0.0-rc.2"
        else {
            "uid": arn,
            "uid_alt": principal,
            "account": {"uid": user.get("accountId")},
        }
    )
    created = attributes.get("creationDate")
    is_mfa = _truth(attributes.get("mfaAuthenticated"))
    account = record.get("recipientAccountId") or user.get("accountId")
    return {
        "metadata": {
            "product": {
                "version": record.get("eventVersion"),
                "name": "CloudTrail",
                "vendor_name": "AWS",
                "feature": {
                    "name": record.get(
                        "eventCategory", "Management, Data, and Insights"
                    )
                },
            },
            "event_code": record.get("eventType"),
            "uid": record.get("eventID"),
            "profiles": ["cloud", "datetime"],
            "version": version,
        },
        "time": _milliseconds(record["eventTime"]),
        "time_dt": _moment(record["eventTime"]),
        "cloud": {
            "region": record.get("awsRegion"),
            "provider": "AWS",
            "account": {"uid": record.get("recipientAccountId")},
        },
        "api": {
            "operation": record["eventName"],
            "version": record.get("apiVersion"),
            "service": {"name": record["eventSource"]},
            "request": {
                "uid": record.get("requestID"),
                "data": _text(record.get("requestParameters")),
            },
            "response": {
                "error": record.get("errorCode"),
                "message": record.get("errorMessage"),
                "data": _text(record.get("responseElements")) or "",
            },
        },
        "dst_endpoint": {"svc_name": more.get("LoginTo") if sign_in else None},
        "actor": {
            "user": {
                "type": user.get("type"),
                "name": user.get("userName"),
                "credential_uid": user.get("accessKeyId"),
                **ids,
            },
            "session": {
                "created_time": _milliseconds(created),
                "created_time_dt": _moment(created),
                "mfa": is_mfa,
                "is_mfa": is_mfa,
                "issuer": (session.get("sessionIssuer") or {}).get("arn"),
            },
            "invoked_by": user.get("invokedBy"),
            "idp": {
                "name": user.get("identityProvider")
                or (session.get("webIdFederationData") or {}).get("federatedProvider")
            },
        },
        "http_request": {"user_agent": record.get("userAgent")},
        "src_endpoint": {
            "uid": record.get("vpcEndpointId"),
            "ip": source if is_address else None,
            "domain": None if is_address else source,
        },
        "resources": _resources(record),
        "class_name": "API Activity",
        "class_uid": 6003,
        "activity_name": "Other",
        "status": "Failure" if record.get("errorCode") else "Success",
        "mfa": mfa,
        "is_mfa": mfa,
        "unmapped": unmapped,
        "region": record.get("awsRegion"),
        "accountid": account,
        "eventday": record["eventTime"][:10].replace("-", ""),
    }


def _resources(record: Record) -> list[dict[str, Any]] | None:
    if record.get("resources") is None:
        return None
    return [
        {
            "uid": each.get("ARN"),
            "account_uid": each.get("accountId"),
            "owner": {"account": {"uid": each.get("accountId")}},
            "type": each.get("type"),
        }
        for each in record["resources"]
    ]


def _lake(record: Record) -> dict[str, Any]:
    row = _read(record, LAKE)
    return row | {"eventjson": _json(record), "eventjsonchecksum": "0"}


def _read(value: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    there = {name.lower(): each for name, each in value.items()}
    return {name: _value(there.get(name), _built(kind)) for name, kind in kinds.items()}


def _value(value: Any, kind: exp.DataType) -> Any:
    if value is None:
        return None
    match kind.this:
        case exp.DType.STRUCT:
            there = {name.lower(): each for name, each in value.items()}
            return {
                x.name: _value(there.get(x.name), x.args["kind"])
                for x in kind.expressions
            }
        case exp.DType.ARRAY:
            return [_value(each, kind.expressions[0]) for each in value]
        case exp.DType.MAP:
            return {name: _text(each) for name, each in value.items()}
        case exp.DType.TIMESTAMP | exp.DType.TIMESTAMPTZ:
            return _moment(value)
        case exp.DType.BOOLEAN:
            return _truth(value)
        case _:
            return _text(value)


FORMS = {
    "ocsf": OtherForm(VERSION_2, lambda each: _ocsf(each, "1.1.0"), {}),
    "ocsf_1": OtherForm(
        VERSION_1,
        lambda each: _ocsf(each, "1.0.0-rc.2"),
        {**_PLACE, "eventday": "string"},
    ),
    "s3_tables": OtherForm(CLOUDWATCH, lambda each: _ocsf(each, "1.5.0"), {}),
    "lake": OtherForm(LAKE, _lake, {}),
}
"""The forms by name; ``lake`` is an export of CloudTrail Lake in Parquet."""
