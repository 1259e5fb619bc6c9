"""Tables of every layout, for the tests: trailkit's own, and ones that others made."""

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
