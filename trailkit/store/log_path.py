"""What the path of a log file says: day of delivery, account, region.

CloudTrail writes ``AWSLogs/[o-…/]<account>/CloudTrail/<region>/YYYY/MM/DD/`` and names
each file ``<account>_CloudTrail_<region>_<time of delivery>_<random>.json.gz``. Facts:
AWS CloudTrail User Guide, "Getting and viewing your CloudTrail log files".
"""

import re
from datetime import date
from typing import NamedTuple

from trailkit.tables.layout import DAY, folders

_FOLDERS = re.compile(rf"{folders()}{DAY}/[^/]+\Z")
_NAME = re.compile(
    r"(?:\A|/)(?P<account>\d{12})_CloudTrail(?:-[A-Za-z]+)?_(?P<region>[^_/]+(?:_[^_/]+)*)_"
    r"(?P<day>\d{8})T\d{4}Z_[^/]*\Z",
    re.ASCII,
)


_TIME = re.compile(r"\d{8}T\d{4}Z(?=_[^/]*\Z)", re.ASCII)


class Place(NamedTuple):
    """Where a record was delivered; None for what the path does not say."""

    delivery_day: date | None = None
    folder_account: str | None = None
    folder_region: str | None = None


def place_of(path: str) -> Place:
    """Read the place from the folders of a trail, else from the name of the file.

    A region is kept as it is spelt, also one that no list knows. Folder and record may
    disagree about account and region: this is the folder.

    >>> place_of("x/AWSLogs/o-a1/111122223333/CloudTrail/us-east-1/2026/03/09/f.gz")
    Place(delivery_day=datetime.date(2026, 3, 9), folder_account='111122223333',
          folder_region='us-east-1')
    >>> place_of("111122223333_CloudTrail_eu-west-1_20260309T1105Z_Ab1.json")[1:]
    ('111122223333', 'eu-west-1')
    """
    path = path.replace("\\", "/")
    match = _FOLDERS.search(path) or _NAME.search(path)
    if not match:
        return Place()
    return Place(_day(match["day"]), match["account"], match["region"])


def delivery_time(path: str) -> str:
    """Give the time in the name of a log file, as text that sorts; else no text.

    >>> delivery_time("111122223333_CloudTrail_eu-west-1_20260309T1105Z_Ab1.json.gz")
    '20260309T1105Z'
    """
    match = _TIME.search(path)
    return match[0] if match else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", ""))
    except ValueError:
        return None
