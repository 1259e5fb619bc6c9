"""Keys of log files, taken apart and put together."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.errors import TableError
from trailkit.record import FOLDERS, Kind
from trailkit.tables.layout import DIGESTS, KINDS, Layout, LogKey, parse

ORGANIZATION = "o-a1b2c3d4e5"
FILE = "111122223333_CloudTrail_eu-west-1_20260309T1140Z_AbCdEfGhIjKlMnOp.json.gz"

accounts = st.from_regex(r"[0-9]{12}", fullmatch=True)
organizations = st.none() | st.from_regex(r"o-[a-z0-9]{10,32}", fullmatch=True)
regions = st.sampled_from(["us-east-1", "us-gov-west-1", "eusc-de-east-1", "us_east_1"])
folders = st.sampled_from([*KINDS, DIGESTS])
file_names = st.text(min_size=1).filter(lambda text: "/" not in text)
keys = st.builds(
    LogKey,
    account=accounts,
    folder=folders,
    region=regions,
    day=st.dates(),
    name=file_names,
    organization=organizations,
    prefix=st.none() | st.text(),
)
layouts = st.builds(
    Layout,
    bucket=st.from_regex(r"[a-z0-9]{3}[a-z0-9-]{0,50}[a-z]", fullmatch=True),
    prefix=st.from_regex(
        r"([a-zA-Z0-9_.=-]{1,20}(/[a-z0-9]{1,9}){0,3})?", fullmatch=True
    ),
    organization=organizations,
)


@given(keys)
def test_a_key_put_together_is_taken_apart_again(key: LogKey) -> None:
    assert parse(str(key)) == key


@given(layouts, st.sampled_from(Kind), accounts, regions, st.dates())
def test_the_folders_of_a_layout_are_the_ones_that_parse_reads(
    layout: Layout, kind: Kind, account: str, region: str, day: date
) -> None:
    folder = layout.folder(kind, account, region, day)
    key = parse(folder.removeprefix(f"s3://{layout.bucket}/") + FILE)
    assert key == LogKey(
        account=account,
        folder=FOLDERS[kind],
        region=region,
        day=day,
        name=FILE,
        organization=layout.organization,
        prefix=layout.prefix or None,
    )


@given(layouts, st.sampled_from(Kind), accounts, regions, st.dates())
def test_the_template_filled_in_is_the_folder(
    layout: Layout, kind: Kind, account: str, region: str, day: date
) -> None:
    filled = (
        layout.template(kind)
        .replace("${account}", account)
        .replace("${region}", region)
        .replace("${day}", day.isoformat().replace("-", "/"))
    )
    assert filled == layout.folder(kind, account, region, day)


@pytest.mark.parametrize("folder", [*KINDS, DIGESTS])
@pytest.mark.parametrize("organization", [None, ORGANIZATION])
@pytest.mark.parametrize("prefix", [None, "logs", "logs/2026", ORGANIZATION])
def test_every_folder_is_read_with_and_without_prefix_and_organization(
    folder: str, organization: str | None, prefix: str | None
) -> None:
    before = f"{prefix}/" if prefix else ""
    owner = f"{organization}/" if organization else ""
    text = f"{before}AWSLogs/{owner}111122223333/{folder}/eu-west-1/2026/03/09/{FILE}"
    key = parse(text)
    assert key is not None
    assert (key.prefix, key.organization, key.folder) == (prefix, organization, folder)
    assert (key.account, key.region) == ("111122223333", "eu-west-1")
    assert (key.day, key.name) == (date(2026, 3, 9), FILE)


def test_only_a_digest_has_no_kind() -> None:
    kinds = {
        folder: parse(f"AWSLogs/111122223333/{folder}/us-east-1/2026/03/09/f.json.gz")
        for folder in [*KINDS, DIGESTS]
    }
    assert {name: key.kind for name, key in kinds.items() if key} == {
        "CloudTrail": Kind.EVENT,
        "CloudTrail-Insight": Kind.INSIGHT,
        "CloudTrail-NetworkActivity": Kind.NETWORK,
        "CloudTrail-Aggregated": Kind.AGGREGATED,
        "CloudTrail-Digest": None,
    }


def test_a_prefix_may_look_like_the_folders_of_a_trail() -> None:
    inner = f"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/09/{FILE}"
    key = parse(f"AWSLogs/444455556666/{inner}")
    assert key is not None
    assert key.account == "111122223333"
    assert key.prefix == "AWSLogs/444455556666"


@pytest.mark.parametrize(
    "key",
    [
        "",
        FILE,
        f"AWSLogs/11112222333/CloudTrail/eu-west-1/2026/03/09/{FILE}",
        f"AWSLogs/111122223333/Config/eu-west-1/2026/03/09/{FILE}",
        f"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/02/30/{FILE}",
        f"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/3/9/{FILE}",
        f"AWSLogs/111122223333/CloudTrail/eu-west-1/{FILE}",
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/09/",
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/09/folder/file",
        f"AWSLogs/111122223333/CloudTrail/../2026/03/09/{FILE}",
        f"AWSLogs/١١١١٢٢٢٢٣٣٣٣/CloudTrail/eu-west-1/2026/03/09/{FILE}",
    ],
)
def test_what_is_no_log_file_of_a_trail_gives_nothing(key: str) -> None:
    assert parse(key) is None


def test_real_files_of_an_organization_trail_are_read(shared_data: Path) -> None:
    slice_ = shared_data / "umccr-flaws-slice"
    files = [path for path in slice_.rglob("*.json*") if "AWSLogs" in path.parts]
    found = [parse(path.relative_to(slice_).as_posix()) for path in files]
    assert files
    assert all(key is not None and key.name.startswith(key.account) for key in found)


def test_control_tower_puts_the_organization_before_the_folders() -> None:
    today = Layout.control_tower("central-logs", ORGANIZATION)
    before = Layout.control_tower("central-logs", ORGANIZATION, account_trails=True)
    assert today.root == f"s3://central-logs/{ORGANIZATION}/AWSLogs/{ORGANIZATION}/"
    assert before.root == f"s3://central-logs/{ORGANIZATION}/AWSLogs/"


@pytest.mark.parametrize(
    ("bucket", "prefix", "organization"),
    [
        ("s3://logs", "", None),
        ("logs/cloudtrail", "", None),
        ("Logs", "", None),
        ("logs", "/cloudtrail", None),
        ("logs", "cloudtrail/", None),
        ("logs", "${account}", None),
        ("logs", "it's", None),
        ("logs", "p" * 201, None),
        ("logs", "", "a1b2c3d4e5"),
        ("logs", "", ""),
        ("logs", "", "ou-a1b2-c3d4e5f6"),
    ],
)
def test_a_place_that_cannot_be_is_refused(
    bucket: str, prefix: str, organization: str | None
) -> None:
    with pytest.raises(TableError):
        Layout(bucket, prefix, organization)
