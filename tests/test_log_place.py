"""What the path of a log file says about its delivery."""

from datetime import date

import pytest

from trailkit.store.reader import Place, delivery_time, place_of

DAY = date(2026, 3, 9)
NAME = "111122223333_CloudTrail_eu-west-1_20260310T0001Z_Ab1.json.gz"


@pytest.mark.parametrize(
    ("folder", "account", "region"),
    [
        ("AWSLogs/444455556666/CloudTrail/us-east-1", "444455556666", "us-east-1"),
        ("x/y/AWSLogs/444455556666/CloudTrail-Insight/r", "444455556666", "r"),
        ("AWSLogs/o-abc123/444455556666/CloudTrail/r", "444455556666", "r"),
        ("o-abc123/AWSLogs/o-abc123/4/CloudTrail-NetworkActivity/r", "4", "r"),
        ("AWSLogs/4/CloudTrail/us_east_1", "4", "us_east_1"),
        ("case.zip/AWSLogs/4/CloudTrail/megov-north-1r", "4", "megov-north-1r"),
        (r"C:\logs\AWSLogs\4\CloudTrail\r", "4", "r"),
    ],
)
def test_the_folders_of_a_trail_say_the_place(folder: str, account: str, region: str):
    separator = "\\" if "\\" in folder else "/"
    path = separator.join([folder, "2026", "03", "09", NAME])
    assert place_of(path) == Place(DAY, account, region)


@pytest.mark.parametrize("folder", ["", "logs/", "AWSLogs/"])
def test_a_flat_file_has_its_place_in_its_name(folder: str):
    assert place_of(folder + NAME) == Place(
        date(2026, 3, 10), "111122223333", "eu-west-1"
    )


@pytest.mark.parametrize(
    "path",
    [
        "log.json",
        "AWSLogs/4/Config/us-east-1/2026/3/9/ConfigHistory/x.json.gz",
        "AWSLogs/4/CloudTrail/us-east-1/2026/x.json.gz",
        "AWSLogs/4/CloudTrail/us-east-1/２０２６/03/09/x.json.gz",
    ],
)
def test_other_paths_say_nothing(path: str):
    assert place_of(path) == Place()


def test_a_day_that_is_none_is_null():
    path = "AWSLogs/4/CloudTrail/r/2026/13/45/x.json"
    assert place_of(path) == Place(None, "4", "r")


def test_the_time_of_delivery_sorts_files():
    assert delivery_time(f"logs/{NAME}") == "20260310T0001Z"
    assert delivery_time("logs/20260310T0001Z_x/other.json") == ""
