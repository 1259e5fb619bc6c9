"""Tables of every layout, for the tests: trailkit's own, and ones that others made."""

from dataclasses import replace
from datetime import date

from trailkit.record import Kind
from trailkit.tables.definition import Definition
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable
from trailkit.tables.regions import regions_of

ORGANIZATION = "o-a1b2c3d4e5"
ACCOUNTS = ("111122223333", "444455556666", "777788889999")
START = date(2020, 1, 1)

OWN = {
    "account_trail": RawTable(
        "security",
        "cloudtrail",
        Layout("central-logs"),
        START,
        accounts=("111122223333",),
        regions=("eu-west-1", "us-east-1"),
    ),
    "account_trail_with_prefix": RawTable(
        "security",
        "cloudtrail",
        Layout("central-logs", prefix="trails/main"),
        START,
        accounts=("111122223333",),
    ),
    "shared_bucket": RawTable(
        "security", "cloudtrail", Layout("central-logs"), START, accounts=ACCOUNTS
    ),
    "organization_trail": RawTable(
        "security",
        "cloudtrail",
        Layout("central-logs", organization=ORGANIZATION),
        START,
        accounts=ACCOUNTS,
    ),
    "organization_trail_injected": RawTable(
        "security",
        "cloudtrail",
        Layout("central-logs", prefix="trails", organization=ORGANIZATION),
        START,
    ),
    "control_tower": RawTable(
        "security",
        "cloudtrail",
        Layout.control_tower("aws-controltower-logs-111122223333", ORGANIZATION),
        START,
    ),
    "control_tower_account_trails": RawTable(
        "security",
        "cloudtrail",
        Layout.control_tower("control-tower-logs", ORGANIZATION, account_trails=True),
        START,
    ),
    "govcloud": RawTable(
        "security",
        "cloudtrail",
        Layout("central-logs"),
        START,
        accounts=ACCOUNTS,
        regions=regions_of("aws-us-gov"),
    ),
    "china": RawTable(
        "security",
        "cloudtrail",
        Layout("central-logs"),
        START,
        accounts=ACCOUNTS,
        regions=regions_of("aws-cn"),
    ),
    "european_sovereign_cloud": RawTable(
        "security",
        "cloudtrail",
        Layout("central-logs"),
        START,
        accounts=ACCOUNTS,
        regions=regions_of("aws-eusc"),
    ),
} | {
    kind.value: RawTable(
        "security",
        f"cloudtrail_{kind}",
        Layout("central-logs", organization=ORGANIZATION),
        START,
        kind=kind,
        accounts=ACCOUNTS,
    )
    for kind in (Kind.INSIGHT, Kind.NETWORK, Kind.AGGREGATED)
}
"""A raw table of every layout, partition and kind."""

_TEXT = "eventversion eventtime eventsource eventname awsregion sourceipaddress"
_TEXT += " useragent errorcode errormessage requestparameters responseelements"
_TEXT += " additionaleventdata requestid eventid readonly eventtype apiversion"
_TEXT += " recipientaccountid serviceeventdetails sharedeventid vpcendpointid"
_TEXT += " vpcendpointaccountid eventcategory sessioncredentialfromconsole"
_TEXT += " edgedevicedetails"

DOCUMENTED_COLUMNS = dict.fromkeys(_TEXT.split(), "string") | {
    "useridentity": (
        "struct<type:string,principalid:string,arn:string,accountid:string,"
        "invokedby:string,accesskeyid:string,username:string,"
        "onbehalfof:struct<userid:string,identitystorearn:string>,"
        "sessioncontext:struct<"
        "attributes:struct<mfaauthenticated:string,creationdate:string>,"
        "sessionissuer:struct<type:string,principalid:string,arn:string,"
        "accountid:string,username:string>,ec2roledelivery:string,"
        "webidfederationdata:struct<federatedprovider:string,"
        "attributes:map<string,string>>>>"
    ),
    "resources": "array<struct<arn:string,accountid:string,type:string>>",
    "addendum": (
        "struct<reason:string,updatedfields:string,originalrequestid:string,"
        "originaleventid:string>"
    ),
    "tlsdetails": (
        "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>"
    ),
}
"""The columns of the Athena User Guide, "Create a table for CloudTrail logs"."""

DOCUMENTED = Definition(
    database="default",
    name="cloudtrail_logs_pp",
    columns=DOCUMENTED_COLUMNS,
    partitions={"timestamp": "string"},
    location="s3://central-logs/AWSLogs/111122223333/CloudTrail/us-east-1",
    properties={
        "projection.enabled": "true",
        "projection.timestamp.format": "yyyy/MM/dd",
        "projection.timestamp.interval": "1",
        "projection.timestamp.interval.unit": "DAYS",
        "projection.timestamp.range": "2020/01/01,NOW",
        "projection.timestamp.type": "date",
        "storage.location.template": (
            "s3://central-logs/AWSLogs/111122223333/CloudTrail/us-east-1/${timestamp}"
        ),
    },
)
"""The table that AWS documents: one region of one account."""


def by_hand(*keys: str) -> Definition:
    """Return a table whose partitions are added by hand."""
    return replace(
        DOCUMENTED,
        partitions=dict.fromkeys(keys, "string"),
        location="s3://central-logs/AWSLogs/111122223333/CloudTrail/",
        properties={},
    )


def projected(template: str, **projections: str) -> Definition:
    """Return a table that projects its partitions; ``day__type`` is day.type."""
    columns = {name.split("__")[0] for name in projections}
    properties = {
        f"projection.{name.replace('__', '.')}": value
        for name, value in projections.items()
    }
    return replace(
        DOCUMENTED,
        partitions=dict.fromkeys(sorted(columns), "string"),
        properties=properties
        | {"projection.enabled": "TRUE", "storage.location.template": template},
    )


BOOTSTRAP = projected(
    "s3://central-logs/AWSLogs/${account_partition}/CloudTrail/${region_partition}/"
    "${date_partition}",
    account_partition__type="enum",
    account_partition__values="111122223333,444455556666",
    region_partition__type="enum",
    region_partition__values="eu-west-1,us-east-1",
    date_partition__type="date",
    date_partition__format="yyyy/MM/dd",
    date_partition__range="2020/01/01,NOW",
)
NUMBERED = projected(
    "s3://central-logs/AWSLogs/111122223333/CloudTrail/${region}/${year}/${month}/${day}",
    region__type="enum",
    region__values="eu-west-1",
    year__type="integer",
    year__range="2024,2030",
    month__type="integer",
    month__range="01,12",
    month__digits="2",
    day__type="integer",
    day__range="01,31",
    day__digits="2",
)

ADOPTED = {
    "security analytics bootstrap": BOOTSTRAP,
    "projected year, month, day": NUMBERED,
    "account, region, year, month, day": by_hand(
        "account", "region", "year", "month", "day"
    ),
    "region, year, month, day": by_hand("region", "year", "month", "day"),
    "region and dt": by_hand("region", "dt"),
    "unpartitioned": by_hand(),
    "the old serde": replace(
        by_hand(), serde="com.amazon.emr.hive.serde.CloudTrailSerde"
    ),
}
"""Tables that others made over a trail's files, as people make them."""
