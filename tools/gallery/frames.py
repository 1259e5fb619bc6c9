"""The frames that the gallery draws: asked, read from real logs, or made by size."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import trailkit as tk

SIZES = [0, 1, 5, 2_000, 200_000]

COLUMNS = (
    "time, action, actor, source_ip, account, region, outcome, event_id, service, "
    "access_key, session_id, error_code, user_agent"
)
_EVENTS = f"select {COLUMNS} from events order by time"
_HOURS = """
select date_trunc('hour', time) as hour, outcome, count(*) as events
from events group by 1, 2 order by 1, 2
"""
_AGENTS = """
select
    user_agent,
    count(*) as events,
    count_if(outcome = 'denied') as denied,
    count_if(outcome = 'failed') as failed
from events group by user_agent order by events desc
"""
Frames = dict[str, pd.DataFrame]
"""A frame for each chart, by the name of the chart."""


def of_practice() -> Frames:
    """Return the frames of the practice case: its night, and the time before."""
    case = tk.demo()
    night = case.window("2026-03-11 20:00", "2026-03-12 03:00")
    frames = of_case(night)
    earlier = case.window("2026-03-02", "2026-03-11 20:00").query(_EVENTS)
    frames["comparison"] = against(frames["timeline"], earlier)
    week = case.query(_EVENTS)
    return frames | {"timeline-of-all": week, "sessions-of-all": week} | made()


def of_case(case: Any) -> Frames:
    """Return a frame for each chart that an ordinary log can fill."""
    events = case.query(_EVENTS)
    half = len(events) // 2
    return {
        **dict.fromkeys(["timeline", "sessions", "matrix", "flow"], events),
        "resources": by_resource(events),
        "comparison": against(events[half:], events[:half]),
        "volume": case.query(_HOURS),
        "heatmap": case.query(_HOURS),
        "ranking": case.query(_AGENTS),
        "chain": handed_over(case.ask("identity/role-assumptions")),
    }


def handed_over(assumed: pd.DataFrame) -> pd.DataFrame:
    """Return role assumptions as edges from credential to credential."""
    issued = assumed[assumed["issued_key"].notna()]
    return pd.DataFrame(
        {
            "from_id": issued["access_key"].fillna(issued["actor"]),
            "to_id": issued["issued_key"],
            "from_label": issued["actor"],
            "to_label": issued["role"].str.replace(r"^.*:role/", "role/", regex=True),
            "kind": issued["action"],
            "certainty": "certain",
            **{name: issued[name] for name in ("time", "source_ip", "outcome")},
        }
    )


def by_resource(events: pd.DataFrame) -> pd.DataFrame:
    """Return events as about their service: each log has one."""
    return events[[*events.columns[:8]]].assign(resource=events["service"])


def against(now: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """Return how often each action was called before and after."""
    counts = {
        "events_before": then["action"].value_counts(),
        "events_after": now["action"].value_counts(),
    }
    return (
        pd.DataFrame(counts).fillna(0).astype(int).rename_axis("action").reset_index()
    )


def of_logs(folder: Path) -> Iterator[tuple[str, Frames]]:
    """Read each folder of real logs; one that holds no record is passed over."""
    for logs in sorted(path for path in folder.iterdir() if path.is_dir()):
        try:
            yield logs.name, of_case(tk.local(logs))
        except tk.TrailkitError as error:
            print(f"{logs.name}: {error}")


def of_size(rows: int) -> Frames:
    """Return frames of so many rows, the same in every run."""
    chance = np.random.default_rng(7)
    spread = np.sort(chance.integers(0, 10 * 86_400, rows))
    days = pd.Timestamp("2026-03-02", tz="UTC") + pd.to_timedelta(spread, unit="s")
    events = pd.DataFrame(
        {
            "time": days,
            "action": chance.choice(["GetObject", "PutObject", "ListBuckets"], rows),
            "actor": [f"role/team-{team}/run" for team in chance.integers(0, 40, rows)],
            "source_ip": [f"192.0.2.{end}" for end in chance.integers(1, 30, rows)],
            "account": chance.choice(["111122223333", "444455556666"], rows),
            "region": "eu-west-1",
            "outcome": chance.choice(
                ["success", "denied", "failed"], rows, p=[0.97, 0.02, 0.01]
            ),
            "event_id": [f"e-{row}" for row in range(rows)],
            "bucket": [f"bucket-{end}" for end in chance.integers(0, 50, rows)],
        }
    )
    return frames_of(events)


def frames_of(events: pd.DataFrame) -> Frames:
    """Return a frame of its own kind for each chart, of as many rows."""
    rows, time = len(events), events["time"]
    ids = [f"k{row}" for row in range(rows + 1)]
    span = {"start": time, "end": time + pd.Timedelta("6h")}
    state = np.resize(["recorded", "stopped", "unknown", "in part"], rows)
    technique = [f"T{1000 + row % 700}" for row in range(rows)]
    grave = np.resize(["critical", "high", "medium", "low"], rows)
    seen = {"first_seen": span["start"], "last_seen": span["end"], "severity": grave}
    named = events.assign(question=[f"q/{row % 60}" for row in range(rows)])
    edges = named.assign(from_id=ids[:-1], to_id=ids[1:], kind="AssumeRole")
    found = named.assign(technique=technique, count=1, **seen)
    general = ["timeline", "sessions", "matrix", "flow", "resources", "volume"]
    return {
        **dict.fromkeys([*general, "heatmap", "ranking"], events),
        "comparison": against(events[rows // 2 :], events[: rows // 2]),
        "chain": edges,
        "coverage": named.assign(kind="management", state=state, basis="", **span),
        **dict.fromkeys(["techniques", "attack"], found),
        "cost": named.assign(dollars=0.01)[["question", "dollars"]],
    }


def made() -> Frames:
    """Return frames of findings, coverage and prices, as a case has them."""
    when = pd.to_datetime(
        ["2026-03-12 01:14", "2026-03-12 02:17", "2026-03-10 21:58", None, None],
        utc=True,
    )
    found = pd.DataFrame(
        {
            "question": ["impairment/cloudtrail", "s3/gone", "keys", "reads", "ports"],
            "technique": ["T1685.002", "T1485", "T1098.001", "T1530", "T1686.001"],
            "severity": ["critical", "critical", "high", "medium", "low"],
            "count": pd.array([2, 1, 1, 0, None], "Int64"),
            "denied": [0, 0, 1, 0, 0],
            "first_seen": when,
            "last_seen": when + pd.Timedelta("20min"),
        }
    )
    start = pd.Timestamp("2026-03-02", tz="UTC")
    states = ["recorded", "stopped", "recorded", "not recorded", "in part", "unknown"]
    days = pd.to_timedelta([0, 10.05, 10.14, 0, 4, 0], unit="D")
    ends = pd.to_timedelta([10.05, 10.14, 14, 4, 14, 14], unit="D")
    covered = pd.DataFrame(
        {
            "account": ["111122223333"] * 3 + ["444455556666"] * 2 + ["777788889999"],
            "region": ["us-east-1"] * 3 + ["eu-west-1"] * 2 + ["ap-south-1"],
            "kind": ["management"] * 3 + ["S3 data"] * 2 + ["management"],
            **{"state": states, "start": start + days, "end": start + ends},
        }
    )
    price = pd.DataFrame(
        {
            "question": ["s3/objects-read", "overview/errors", "identity/active"],
            **{"dollars": [1.53, 0.12, None], "lowest": [1.1, 0.1, None]},
            "highest": [2.4, 0.15, None],
        }
    )
    return {"techniques": found, "attack": found, "coverage": covered, "cost": price}
