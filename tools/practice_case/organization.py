"""Harbour Books: the organization that the practice case plays in.

A small bookseller, invented, with three AWS accounts: management (also security),
production (the shop) and analytics (the lake, reports and payroll). Accounts, keys and
addresses are those that AWS and the RFCs keep for documentation.
"""

from dataclasses import dataclass

from tools.practice_case.chance import Chance, hexadecimal, unique_id

ORGANIZATION = "o-exampleorgid"
US_EAST_1 = "us-east-1"


@dataclass(frozen=True, slots=True)
class Account:
    """A member account, with the region that most of its work is done in."""

    id: str
    name: str
    region: str


MANAGEMENT = Account("111122223333", "management", US_EAST_1)
PRODUCTION = Account("444455556666", "production", "eu-west-1")
ANALYTICS = Account("777788889999", "analytics", "eu-central-1")
ACCOUNTS = (MANAGEMENT, PRODUCTION, ANALYTICS)


@dataclass(frozen=True, slots=True)
class User:
    """An IAM user, who may have a long-term access key."""

    account: Account
    name: str
    access_key: str = ""

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"arn:aws:iam::{self.account.id}:user/{self.name}"

    @property
    def unique_id(self) -> str:
        """The id (AIDA...) that outlives a rename."""
        return unique_id("AIDA", self.arn)


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role."""

    account: Account
    name: str
    path: str = "/"

    @property
    def arn(self) -> str:
        """Its ARN, with the path."""
        return f"arn:aws:iam::{self.account.id}:role{self.path}{self.name}"

    @property
    def unique_id(self) -> str:
        """The id (AROA...) that begins the principal id of its sessions."""
        return unique_id("AROA", self.arn)

    def session_arn(self, session: str) -> str:
        """Return the ARN of a session, which leaves out the role's path."""
        return f"arn:aws:sts::{self.account.id}:assumed-role/{self.name}/{session}"


def permission_set(account: Account, name: str) -> Role:
    """Return the role that IAM Identity Center keeps for a permission set."""
    path = f"/aws-reserved/sso.amazonaws.com/{SIGN_IN_REGION}/"
    suffix = hexadecimal(f"{account.id}/{name}", 16)
    return Role(account, f"AWSReservedSSO_{name}_{suffix}", path)


def service_linked(account: Account, service: str, name: str) -> Role:
    """Return the role that a service keeps for itself."""
    path = f"/aws-service-role/{service}.amazonaws.com/"
    return Role(account, f"AWSServiceRoleFor{name}", path)


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket, in its account's region."""

    account: Account
    name: str

    @property
    def arn(self) -> str:
        """Its ARN, which names neither account nor region."""
        return f"arn:aws:s3:::{self.name}"


@dataclass(frozen=True, slots=True)
class Person:
    """An employee, who signs in through IAM Identity Center."""

    name: str
    roles: tuple[Role, ...]
    home: str
    agent: str
    early: int = 8
    command_line: str = ""

    @property
    def login(self) -> str:
        """The user name, which is also the name of the person's role sessions."""
        return f"{self.name}@example.com"

    @property
    def user_id(self) -> str:
        """The id in the identity store."""
        return f"{hexadecimal(self.name, 10)}-{Chance(self.name).uuid()}"


SIGN_IN_REGION = "eu-west-1"
IDENTITY_STORE = f"arn:aws:identitystore::{MANAGEMENT.id}:identitystore/d-9367example"
OFFICE = "192.0.2.10"
BUILD_SERVER = "192.0.2.44"
RUNNERS = ("192.0.2.130", "192.0.2.131", "192.0.2.132", "192.0.2.133")
FUNCTIONS = "192.0.2.180"
BACKUP_SERVER = "192.0.2.61"

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.2 Safari/605.1.15"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
COMMAND_LINE = (
    "aws-cli/2.33.8 md/awscrt#0.29.2 ua/2.1 os/macos#25.3.0 md/arch#arm64 "
    "lang/python#3.13.11 md/pyimpl#CPython m/b,E,Z cfg/retry-mode#standard"
)

SHOP_DEPLOY = User(PRODUCTION, "shop-deploy", "AKIAQ7H2XLWTVEXAMPLE")
MATEO = User(PRODUCTION, "mateo.jackson")
JOHN = User(ANALYTICS, "john.stiles", "AKIAR5TNB3KCUEXAMPLE")
BACKUP = User(ANALYTICS, "backup-appliance", "AKIAZ4PDOVM6SEXAMPLE")

SHOP_WEB = Role(PRODUCTION, "shop-web")
ORDER_WORKER = Role(PRODUCTION, "order-worker", "/service-role/")
SHOP_OPERATIONS = Role(PRODUCTION, "shop-operations")
LAKE_CRAWLER = Role(ANALYTICS, "lake-crawler", "/service-role/")
REPORT_BUILDER = Role(ANALYTICS, "report-builder")
ACCOUNT_ACCESS = Role(ANALYTICS, "OrganizationAccountAccessRole")
TRAIL_GUARD = Role(MANAGEMENT, "trail-guard", "/service-role/")
TRAIL_MAINTENANCE = Role(MANAGEMENT, "trail-maintenance")
AUTO_SCALING = service_linked(PRODUCTION, "autoscaling", "AutoScaling")
TERRAFORM = tuple(Role(account, "terraform") for account in ACCOUNTS)

ORG_TRAIL = f"arn:aws:cloudtrail:{US_EAST_1}:{MANAGEMENT.id}:trail/organization-trail"
ORG_TRAIL_BUCKET = Bucket(MANAGEMENT, "harbour-books-org-trail")
SHOP_ASSETS = Bucket(PRODUCTION, "harbour-books-shop-assets")
ORDERS = Bucket(PRODUCTION, "harbour-books-orders")
LAKE = Bucket(ANALYTICS, "harbour-books-lake")
REPORTS = Bucket(ANALYTICS, "harbour-books-reports")
PAYROLL = Bucket(ANALYTICS, "harbour-books-payroll-archive")
OLD_LOGS = Bucket(ANALYTICS, "harbour-books-old-logs")

DATABASE_SECRET = (
    f"arn:aws:secretsmanager:eu-west-1:{PRODUCTION.id}:secret:shop/database-a1B2c3"
)
ORDER_TABLE = f"arn:aws:dynamodb:eu-west-1:{PRODUCTION.id}:table/orders"
ORDER_FUNCTION = f"arn:aws:lambda:eu-west-1:{PRODUCTION.id}:function:order-worker"
SHOP_KEY = f"arn:aws:kms:eu-west-1:{PRODUCTION.id}:key/{Chance('shop').uuid()}"
LAKE_KEY = f"arn:aws:kms:eu-central-1:{ANALYTICS.id}:key/{Chance('lake').uuid()}"

PEOPLE = (
    Person(
        "mary.major",
        (
            permission_set(PRODUCTION, "PowerUser"),
            permission_set(ANALYTICS, "PowerUser"),
            permission_set(MANAGEMENT, "AdministratorAccess"),
        ),
        home="2001:db8:4a1::17",
        agent=SAFARI,
        command_line=COMMAND_LINE,
    ),
    Person(
        "akua.mansa",
        (permission_set(PRODUCTION, "Operations"),),
        home="2001:db8:77:2::5",
        agent=FIREFOX,
        early=6,
        command_line=COMMAND_LINE,
    ),
    Person(
        "jorge.souza",
        (permission_set(PRODUCTION, "Developer"),),
        home="192.0.2.201",
        agent=CHROME,
        early=9,
    ),
    Person(
        "nikki.wolf",
        (permission_set(PRODUCTION, "Developer"),),
        home="2001:db8:1c:9::aa",
        agent=CHROME,
    ),
    Person(
        "saanvi.sarkar",
        (permission_set(ANALYTICS, "DataEngineer"),),
        home="192.0.2.214",
        agent=SAFARI,
        command_line=COMMAND_LINE,
    ),
    Person(
        "li.juan",
        (permission_set(ANALYTICS, "Analyst"),),
        home="2001:db8:e0::3c",
        agent=CHROME,
        early=7,
    ),
    Person(
        "richard.roe",
        (permission_set(ANALYTICS, "Finance"),),
        home="192.0.2.222",
        agent=CHROME,
    ),
    Person(
        "diego.ramirez",
        (
            permission_set(MANAGEMENT, "SecurityAudit"),
            permission_set(PRODUCTION, "SecurityAudit"),
            permission_set(ANALYTICS, "SecurityAudit"),
        ),
        home="2001:db8:5ec::1",
        agent=FIREFOX,
        command_line=COMMAND_LINE,
    ),
    Person(
        "shirley.rodriguez",
        (permission_set(MANAGEMENT, "Billing"),),
        home="192.0.2.230",
        agent=CHROME,
        early=9,
    ),
)
