"""Who and what is in the story, beyond the organization."""

from tools.practice_case.organization import ANALYTICS, PRODUCTION, User

ADDRESS = "203.0.113.77"
"""Where the command line is used from."""

BROWSER_ADDRESS = "198.51.100.140"
"""Where the console is used from."""

AGENT = "Boto3/1.17.44 Python/3.9.2 Linux/5.10.0-kali7-amd64 Botocore/1.20.112"
SCANNER = "TruffleHog"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0"

POLICY = "deploy-extra"
CREATED = User(PRODUCTION, "svc-backup-sync")
SESSION = "backup-sync"
NAME = {"userName": CREATED.name}
ADMINISTRATOR = {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}

SECRETS = ("shop/database", "mail/smtp", "erp/api", "git/token", "warehouse/reader")
GUARDED_SECRET = "payments/provider"  # noqa: S105 - the name of one, not a secret
PARAMETERS = tuple(
    f"/shop/{part}/{name}"
    for part in ("web", "worker", "search", "checkout")
    for name in ("api-key", "database-password", "flags", "signing-key")
)


def secret_arn(name: str) -> str:
    """Return the ARN of a secret of the shop."""
    return (
        f"arn:aws:secretsmanager:{PRODUCTION.region}:{PRODUCTION.id}:secret:"
        f"{name}-a1B2c3"
    )


def parameter_arn(name: str) -> str:
    """Return the ARN of a parameter of the shop."""
    return f"arn:aws:ssm:{PRODUCTION.region}:{PRODUCTION.id}:parameter{name}"


PAYSLIPS = tuple(
    f"{year}/{month:02}/payslips-{number:02}.pdf"
    for year in range(2019, 2026)
    for month in range(1, 13)
    for number in range(7)
)
BOARD = tuple(f"board/minutes-{year}.pdf" for year in range(2022, 2026))
ARCHIVE = PAYSLIPS + BOARD
"""What lies in the payroll archive."""

FAR_REGIONS = ("us-east-1", "us-west-2", "ap-southeast-1", ANALYTICS.region)
