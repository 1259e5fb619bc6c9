"""Real, public logs: what the answer key found by hand is what trailkit answers.

The logs and the key lie outside the project. Nothing of them is written here: each
test takes the expected values from the key.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from trailkit.case import Case

TESTED: set[str] = set()
Truth = dict[str, Any]
Test = Callable[..., None]

INVICTUS = "invictus-aws-dataset"
UMCCR = "umccr-flaws-slice"
STRATUS = "stratus-red-team"


def answers(*keys: str) -> Callable[[Test], Test]:
    """Mark a test as the answer to these questions of the key."""
    TESTED.update(keys)
    return lambda test: test


@pytest.fixture(scope="module")
def truth(shared_data: Path) -> Truth:
    """Return what the key expects, by its id."""
    text = (shared_data / "ground_truth.json").read_text(encoding="utf-8")
    return {each["id"]: each["expected"] for each in json.loads(text)}


Open = Callable[[str], Case]


@pytest.fixture(scope="module")
def opened(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Open a file or a folder of the real logs, once."""
    cases: dict[str, Case] = {}

    def open_once(name: str) -> Case:
        if name not in cases:
            store = tmp_path_factory.mktemp("store")
            cases[name] = tk.local(shared_data / name, store=store, progress=False)
        return cases[name]

    return open_once


@pytest.fixture(scope="module")
def invictus(opened: Open) -> Case:
    return opened(f"{INVICTUS}/CloudTrail")


@pytest.fixture(scope="module")
def umccr(opened: Open) -> Case:
    return opened(f"{UMCCR}/AWSLogs")


@pytest.fixture(scope="module")
def stratus(opened: Open) -> Open:
    return lambda technique: opened(f"{STRATUS}/aws.{technique}.json")


def iso(times: pd.Series) -> list[str]:
    """Write times as the key does."""
    return times.dt.strftime("%Y-%m-%dT%H:%M:%SZ").tolist()


def actor_of(name: str) -> str:
    """Return an ARN, a service or a type of the key as the lens says an actor.

    The key names one user without an ARN by the type alone.
    """
    kind, _, rest = name.rpartition(":")[2].partition("/")
    if kind == "assumed-role":
        return f"role/{rest}"
    if kind == "user":
        return f"user/{rest}"
    return f"service/{name.removesuffix('.amazonaws.com')}"


def bare(arn: str) -> str:
    """Take the last part of an ARN."""
    return arn.rpartition("/")[2]


def counts(case: Case, expression: str, where: str = "true") -> dict[Any, int]:
    """Count events by an expression of the lens."""
    frame = case.query(
        f"select {expression} as name, count(*) as events from events "
        f"where {where} group by {expression} order by name"
    )
    return dict(zip(frame["name"], frame["events"], strict=True))


def picked(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns as tuples, None for what is missing, times as the key has them."""
    shown = frame[list(columns)].copy()
    for name in columns:
        if isinstance(shown[name].dtype, pd.DatetimeTZDtype):
            shown[name] = iso(shown[name])
    shown = shown.astype(object)
    return list(shown.where(shown.notna(), None).itertuples(index=False, name=None))


def wanted(expected: list[Truth], *fields: str) -> list[tuple[Any, ...]]:
    """Return the fields of what the key lists, as tuples."""
    return [tuple(each[field] for field in fields) for each in expected]


# Stratus Red Team: one file, one technique


@answers(*(f"{STRATUS}-{number:03}" for number in [*range(1, 34, 2), 35]))
def test_who_called_what_from_where_and_what_failed(
    truth: Truth, shared_data: Path, opened: Open
) -> None:
    text = (shared_data / "ground_truth.json").read_text(encoding="utf-8")
    keys = [each for each in json.loads(text) if "event_count" in each["expected"]]
    assert len(keys) == 18
    for key in keys:
        case, expected = opened(key["files"][0]), truth[key["id"]]
        assert counts(case, "service || ':' || event_name") == expected["calls"]
        assert counts(case, "actor") == {
            actor_of(arn): calls for arn, calls in expected["principals"].items()
        }
        assert counts(case, "access_key") == expected["access_keys"]
        assert counts(case, "source_ip") == expected["source_ips"]
        assert counts(case, "region") == expected["regions"]
        assert counts(case, "error_code", "outcome <> 'success'") == expected["errors"]
        span = case.ask("overview/volume")
        assert span["events"].sum() == expected["event_count"]
        assert span["first_seen"].min() == pd.Timestamp(expected["first"])
        assert span["last_seen"].max() == pd.Timestamp(expected["last"])


@answers(f"{STRATUS}-036", f"{STRATUS}-037")
def test_the_role_that_tried_to_read_windows_passwords(
    truth: Truth, stratus: Open
) -> None:
    case = stratus("credential-access.ec2-get-password-data")
    expected, link = truth[f"{STRATUS}-036"], truth[f"{STRATUS}-037"]
    assumed = case.ask("identity/role-assumptions").query("outcome == 'success'")
    assert sorted(set(assumed["role"])) == expected["role"]
    assert sorted(assumed["issued_key"]) == expected["session_access_keys"]
    tried = case.ask("credentials/windows-passwords")
    assert tried["target"].nunique() == expected["distinct_instances"]
    assert set(tried["instances_asked"]) == {expected["distinct_instances"]}
    assert (tried["outcome"] == "success").sum() == expected["succeeded"]
    assert sorted(set(tried["error_code"])) == expected["error"]
    assert sorted(set(tried["access_key"])) == link["key_used"]
    issued = case.ask("identity/role-assumptions", access_key=link["key_used"][0])
    assert issued["issued_key"].tolist() == link["key_used"]


@answers(f"{STRATUS}-041")
def test_a_batch_of_secrets_does_not_name_them(truth: Truth, stratus: Open) -> None:
    case = stratus("credential-access.secretsmanager-batch-retrieve-secrets")
    expected = truth[f"{STRATUS}-041"]
    frame = case.ask("credentials/secrets-read")
    assert len(frame) == expected["calls"]
    assert frame["names"].dropna().tolist() == expected["secret_names_in_event"]
    filters = case.query(
        "select distinct json_format(json_extract(request, '$.filters')) as filters "
        "from events order by filters"
    )
    read = [json.loads(each) for each in filters["filters"]]
    assert read == [json.loads(each) for each in expected["filters"]]


@answers(f"{STRATUS}-042")
def test_the_parameters_that_were_decrypted(truth: Truth, stratus: Open) -> None:
    case = stratus("credential-access.ssm-retrieve-securestring-parameters")
    expected = truth[f"{STRATUS}-042"]
    frame = case.ask("credentials/secrets-read")
    names = sorted({name for each in frame["names"] for name in each.split(", ")})
    assert names == expected["names"]
    assert len(names) == expected["count"]
    assert frame["with_decryption"].unique().tolist() == expected["with_decryption"]


@answers(f"{STRATUS}-045")
def test_the_trail_whose_management_events_were_switched_off(
    truth: Truth, stratus: Open
) -> None:
    case = stratus("defense-evasion.cloudtrail-event-selectors")
    expected = truth[f"{STRATUS}-045"]
    (row,) = case.ask("impairment/cloudtrail").to_dict("records")
    assert row["trail"] == expected["trail"]
    assert row["effect"] == "alters"
    assert row["management_events"] == expected["include_management_events"]
    assert row["read_write"] == expected["read_write"]
    assert row["actor"] == actor_of(expected["by"])
    assert row["time"] == pd.Timestamp(expected["time"])
    selector = json.loads(row["request"])["eventSelectors"][0]
    assert selector["dataResources"] == expected["data_resources"]


@answers(f"{STRATUS}-046")
def test_the_dns_query_logging_that_was_deleted(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-046"]
    frame = stratus("defense-evasion.dns-delete-logs").ask(
        "impairment/other-logs", target=expected["id"]
    )
    found = json.loads(_only(stratus, "defense-evasion.dns-delete-logs")["response"])
    config = found["resolverQueryLogConfig"]
    assert iso(frame["time"]) == [expected["time"]]
    assert config["name"] == expected["name"]
    assert config["destinationArn"] == expected["destination"]


def _only(stratus: Open, technique: str) -> dict[str, Any]:
    """Return the one event of a file, with all that the lens sees."""
    case = stratus(technique)
    (event_id,) = case.query("select event_id from events order by 1")["event_id"]
    (row,) = case.ask("overview/event", event_id=event_id).to_dict("records")
    return row


@answers(f"{STRATUS}-048")
def test_the_flow_log_that_was_deleted(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-048"]
    case = stratus("defense-evasion.vpc-remove-flow-logs")
    (row,) = case.ask("impairment/other-logs").to_dict("records")
    assert (row["kind"], row["effect"]) == ("flow log", "off")
    assert row["target"] == expected["flow_log"]
    assert row["principal_arn"] == expected["by"]
    assert row["time"] == pd.Timestamp(expected["time"])


@answers(f"{STRATUS}-050")
def test_the_instances_that_were_asked_for(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-050"]
    frame = stratus("execution.ec2-launch-unusual-instances").query(
        "select json_extract_scalar(request, '$.instanceType') as type, "
        "json_extract_scalar(request, '$.instancesSet.items[0].maxCount') as most, "
        "outcome = 'success' as success, error_code, actor from events "
        "where action = 'RunInstances' order by type"
    )
    assert picked(frame, "type", "most", "success", "error_code", "actor") == [
        (
            expected["type"],
            str(expected["max"]),
            expected["success"],
            expected["error"],
            actor_of(expected["by"]),
        )
    ]


@answers(f"{STRATUS}-052")
def test_the_instances_on_which_a_command_ran(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-052"]
    frame = stratus("execution.ssm-send-command").ask("execution/machine-commands")
    frame = frame[~frame["reads_output"]].reset_index()
    columns = ("document", "command_id", "principal_arn", "time")
    fields = ("document", "command_id", "by", "time")
    assert picked(frame, *columns) == wanted([expected], *fields)
    assert frame["target"][0].split(", ") == expected["instances"]


@answers(f"{STRATUS}-054")
def test_the_port_that_was_opened(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-054"]
    row = _only(stratus, "exfiltration.ec2-security-group-open-port-22-ingress")
    request, response = json.loads(row["request"]), json.loads(row["response"])
    assert request["groupId"] == expected["group"]
    assert request["fromPort"] == expected["from_port"]
    assert request["toPort"] == expected["to_port"]
    assert request["cidrIp"] == expected["cidr"]
    rule = response["securityGroupRuleSet"]["items"][0]
    assert rule["securityGroupRuleId"] == expected["rule_id"]


@answers(f"{STRATUS}-056")
def test_the_account_with_which_a_snapshot_was_shared(
    truth: Truth, stratus: Open
) -> None:
    expected = truth[f"{STRATUS}-056"]
    frame = stratus("exfiltration.ec2-share-ebs-snapshot").ask(
        "resource/history", resource=expected["shared_with"][0]
    )
    assert frame["named_in"].tolist() == ["request"]
    assert picked(frame, "time", "source_ip") == wanted([expected], "time", "ip")
    row = _only(stratus, "exfiltration.ec2-share-ebs-snapshot")
    assert json.loads(row["request"])["snapshotId"] == expected["resource"]
    assert row["principal_arn"] == expected["by"]


@answers(f"{STRATUS}-058")
def test_the_model_that_was_enabled_and_used(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-058"]
    frame = stratus("impact.bedrock-invoke-model").query(
        "select time, action, actor, "
        "json_extract_scalar(request, '$.modelId') as model from events "
        "where family = 'bedrock' and action in "
        "('InvokeModel', 'PutFoundationModelEntitlement') order by time, action"
    )
    enabled = frame[frame["action"] == "PutFoundationModelEntitlement"]
    invoked = frame[frame["action"] == "InvokeModel"]
    assert enabled["model"].tolist() == expected["enabled"]
    assert invoked["model"].tolist() == expected["invoked"]
    assert invoked["actor"].tolist() == [actor_of(arn) for arn in expected["by"]]
    assert iso(invoked["time"]) == [expected["time"]]


@answers(f"{STRATUS}-060")
def test_the_instances_that_got_a_key(truth: Truth, stratus: Open) -> None:
    case = stratus("lateral-movement.ec2-instance-connect")
    frame = case.ask("lateral/machine-sessions").sort_values("target")
    frame["ok"] = frame["outcome"] == "success"
    expected = wanted(truth[f"{STRATUS}-060"], "time", "instance", "os_user", "ok")
    found = picked(frame, "time", "target", "os_user", "ok")
    assert found == sorted(expected, key=lambda row: row[1])


@answers(f"{STRATUS}-062")
def test_the_trust_that_was_given_to_another_account(
    truth: Truth, stratus: Open
) -> None:
    expected = truth[f"{STRATUS}-062"]
    case = stratus("persistence.iam-backdoor-role")
    (row,) = case.ask("privilege/role-trust", outside_only=True).to_dict("records")
    assert row["target"] == expected["role"]
    assert row["principal_arn"] == expected["by"]
    assert row["trusts"].split(", ") == expected["trusted"]


def _trusted(document: str) -> list[str]:
    """Return whom a trust policy admits."""
    statements = json.loads(document)["Statement"]
    return [name for each in statements for name in each["Principal"].values()]


@answers(f"{STRATUS}-064")
def test_the_user_that_got_a_policy_and_a_key(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-064"]
    case = stratus("persistence.iam-create-admin-user")
    frame = case.ask("persistence/iam-changes", target=expected["user"])
    assert sorted(frame["action"]) == sorted(expected["order"])
    assert frame["policy"].dropna().tolist() == [expected["policy"]]
    assert frame["changed_key"].dropna().tolist() == [expected["key"]]
    assert frame["principal_arn"].unique().tolist() == [expected["by"]]


@answers(f"{STRATUS}-066")
def test_the_password_that_was_made_and_not_deleted(
    truth: Truth, stratus: Open
) -> None:
    expected = truth[f"{STRATUS}-066"]
    case = stratus("persistence.iam-create-user-login-profile")
    frame = case.ask("persistence/passwords", target=expected["user"])
    made = frame[frame["outcome"] == "success"]
    assert picked(made, "action", "time") == [
        ("CreateLoginProfile", expected["created"])
    ]
    assert (
        list(counts(case, "error_code", "action = 'DeleteLoginProfile'"))
        == expected["delete_error"]
    )


@answers(f"{STRATUS}-068")
def test_the_layer_that_was_put_under_a_function(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-068"]
    case = stratus("persistence.lambda-layer-extension")
    (row,) = case.ask("execution/functions").to_dict("records")
    assert row["action"] == "UpdateFunctionConfiguration"
    assert row["target"] == expected["function"]
    assert row["layers"].split(", ") == expected["layers"]
    assert row["principal_arn"] == expected["by"]


@answers(f"{STRATUS}-070")
def test_the_trust_anchor_that_opened_roles(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-070"]
    case = stratus("persistence.rolesanywhere-create-trust-anchor")
    frame = case.ask("persistence/iam-changes").set_index("action")
    assert frame.loc["CreateTrustAnchor", "target"] == expected["anchor"]
    assert frame.loc["CreateProfile", "target"] == expected["profile"]
    assert frame["principal_arn"].unique().tolist() == [expected["by"]]
    roles = case.query(
        "select json_extract_scalar(request, '$.roleArns[0]') as role from events "
        "where action = 'CreateProfile' order by role"
    )
    assert roles["role"].tolist() == expected["roles"]


@answers(f"{STRATUS}-072")
def test_the_password_that_somebody_else_changed(truth: Truth, stratus: Open) -> None:
    expected = truth[f"{STRATUS}-072"]
    case = stratus("privilege-escalation.iam-update-user-login-profile")
    frame = case.ask("persistence/iam-changes")
    columns = ("target", "principal_arn", "time", "source_ip")
    assert picked(frame, *columns) == wanted([expected], "user", "by", "time", "ip")


# Invictus: thirty techniques in an hour


@answers(f"{INVICTUS}-001")
def test_the_hour_is_whole(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-001"]
    frame = invictus.query(
        "select count(*) as events, count(distinct event_id) as ids, "
        "min(time) as first, max(time) as last from events"
    )
    columns = ("events", "distinct_event_ids", "first", "last")
    assert picked(frame, "events", "ids", "first", "last") == wanted(
        [expected], *columns
    )
    assert counts(invictus, "account") == expected["accounts"]
    assert counts(invictus, "region") == expected["regions"]
    types = counts(invictus, "coalesce(identity_type, 'None')")
    assert types == expected["identity_types"]
    assert len(invictus.evidence.problems()) == 0


@answers(f"{INVICTUS}-002")
def test_the_principals_and_their_calls(truth: Truth, invictus: Case) -> None:
    expected = dict(truth[f"{INVICTUS}-002"])
    unnamed = expected.pop("IAMUser")
    named = {actor_of(name): calls for name, calls in expected.items()}
    counted = counts(invictus, "actor")
    checked = counts(invictus, "actor", "action = 'CheckMfa'")
    assert sum(checked.values()) == unnamed
    assert counted == {k: v + checked.get(k, 0) for k, v in named.items()}
    frame = invictus.ask("identity/active")
    assert frame["events"].sum() == sum(counted.values())


@answers(f"{INVICTUS}-003")
def test_the_keys_of_one_user(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-003"]
    user = _users(truth)[0]
    frame = invictus.query(
        "select access_key, count(*) as calls, min(time) as first, max(time) as last, "
        "array_join(array_sort(array_agg(distinct source_ip)), ' | ') as addresses "
        f"from events where principal_arn = '{user}' group by access_key "
        "order by access_key"
    )
    found = picked(frame, "access_key", "calls", "first", "last", "addresses")
    listed = [
        (each["key"], each["n"], each["first"], each["last"], " | ".join(each["ips"]))
        for each in expected
    ]
    assert sorted(found, key=str) == sorted(listed, key=str)


@answers(f"{INVICTUS}-004")
def test_the_console_sign_ins(truth: Truth, invictus: Case) -> None:
    frame = invictus.ask("signin/console").query("action == 'ConsoleLogin'")
    found = picked(frame, "time", "actor", "outcome", "mfa_used", "source_ip")
    assert found == [
        (each["time"], actor_of(each["user"]), each["result"].lower(), *rest)
        for each in truth[f"{INVICTUS}-004"]
        for rest in [(each["mfa"], each["ip"])]
    ]
    weak = invictus.ask("signin/weak")
    without = [each for each in truth[f"{INVICTUS}-004"] if each["mfa"] == "No"]
    assert picked(weak, "time", "finding") == [
        (each["time"], "without MFA") for each in without
    ]


@answers(f"{INVICTUS}-005")
def test_no_windows_password_was_read(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-005"]
    frame = invictus.ask("credentials/windows-passwords")
    assert len(frame) == expected["calls"]
    assert iso(frame["time"].iloc[[0, -1]]) == [expected["first"], expected["last"]]
    assert frame["target"].nunique() == expected["instances"]
    assert (frame["outcome"] == "success").sum() == expected["ok"]
    (by,) = expected["by"]
    assert set(frame["actor"]) == {actor_of(by)}


@answers(f"{INVICTUS}-006")
def test_an_instances_credentials_were_used_elsewhere(
    truth: Truth, invictus: Case
) -> None:
    for expected in truth[f"{INVICTUS}-006"]:
        frame = invictus.ask("identity/access-key", access_key=expected["key"])
        frame = frame[frame["joined_by"] == "key"]
        assert frame["source_ip"].value_counts().to_dict() == expected["ips"]
        called = (frame["service"] + ":" + frame["action"]).value_counts()
        assert called.to_dict() == expected["calls"]
        assert frame["user_agent"].nunique() == expected["user_agents"]


@answers(f"{INVICTUS}-007")
def test_the_secrets_that_the_tool_read(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-007"]
    frame = invictus.ask("credentials/secrets-read").query("action == 'GetSecretValue'")
    assert len(frame) == expected["all_get_secret_value"]
    own = frame[frame["user_agent"].str.startswith("stratus-red-team_")]
    assert len(own) == expected["count"]
    names = sorted({name.rpartition(":")[2] for name in own["names"]})
    assert names == expected["secrets"]


@answers(f"{INVICTUS}-008")
def test_the_parameters_that_the_tool_decrypted(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-008"]
    frame = invictus.ask("credentials/secrets-read").query("action == 'GetParameters'")
    read = frame[frame["with_decryption"].fillna(False)]
    assert len(read) == expected["calls"]
    names = {name for each in read["names"] for name in each.split(", ")}
    assert sorted(names) == expected["names"]


@answers(f"{INVICTUS}-009")
def test_every_change_to_cloudtrail(truth: Truth, invictus: Case) -> None:
    frame = invictus.ask("impairment/cloudtrail")
    expected = wanted(truth[f"{INVICTUS}-009"], "time", "event", "trail", "error")
    found = picked(frame, "time", "action", "trail", "error_code")
    assert sorted(found, key=str) == sorted(expected, key=str)
    failed = frame["error_code"].notna()
    assert (frame["effect"] == "none").equals(failed)


@answers(f"{INVICTUS}-010")
def test_management_events_were_switched_off_and_on(
    truth: Truth, invictus: Case
) -> None:
    frame = invictus.ask("impairment/cloudtrail")
    frame = frame[frame["action"] == "PutEventSelectors"]
    found = picked(frame, "time", "trail", "management_events", "read_write")
    assert found == wanted(
        truth[f"{INVICTUS}-010"], "time", "trail", "management", "rw"
    )


@answers(f"{INVICTUS}-011")
def test_the_log_bucket_that_was_made_to_forget(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-011"]
    frame = invictus.ask("impairment/log-store")
    put = frame[frame["action"] == "PutBucketLifecycle"]
    assert picked(put, "time", "target", "expiry_days") == wanted(
        expected["put"], "time", "bucket", "days"
    )
    assert set(put["known_by"]) == {"used by CloudTrail"}
    rules = [json.loads(each)["LifecycleConfiguration"] for each in put["request"]]
    assert [each["Rule"]["ID"] for each in rules] == [
        each["rule"] for each in expected["put"]
    ]
    removed = frame[frame["action"] == "DeleteBucketLifecycle"]
    assert picked(removed, "time", "target") == wanted(
        expected["removed"], "time", "bucket"
    )


@answers(f"{INVICTUS}-012")
def test_the_attempt_to_leave_the_organization(truth: Truth, invictus: Case) -> None:
    frame = invictus.query(
        "select time, actor, outcome, error_code from events "
        "where action = 'LeaveOrganization' order by time"
    )
    assert picked(frame, "time", "actor", "error_code") == [
        (each["time"], actor_of(each["by"]), each["error"])
        for each in truth[f"{INVICTUS}-012"]
    ]
    assert frame["outcome"].unique().tolist() == ["denied"]


@answers(f"{INVICTUS}-013")
def test_the_flow_logs_that_were_deleted(truth: Truth, invictus: Case) -> None:
    frame = invictus.ask("impairment/other-logs", kind="flow log")
    frame["ok"] = frame["effect"] == "off"
    columns = ("time", "principal_arn", "target", "ok")
    assert picked(frame, *columns) == wanted(
        truth[f"{INVICTUS}-013"], "time", "by", "flow_log", "ok"
    )


@answers(f"{INVICTUS}-014")
def test_no_user_data_was_read(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-014"]
    # Refused calls have no request: the message names the instance, not the attribute.
    frame = invictus.ask("credentials/settings-read", kind="user data")
    by = {actor_of(arn): calls for arn, calls in expected["by"].items()}
    denied = frame[frame["outcome"] == "denied"]
    assert denied["actor"].value_counts().to_dict() == by
    succeeded = frame[(frame["outcome"] == "success") & frame["actor"].isin(by)]
    assert len(succeeded) == expected["ok"]


@answers(f"{INVICTUS}-015")
def test_the_gpu_instances_that_were_asked_for(truth: Truth, invictus: Case) -> None:
    frame = invictus.query(
        "select time, actor, error_code, "
        "json_extract_scalar(request, '$.instanceType') as type, "
        "json_extract_scalar(request, '$.instancesSet.items[0].maxCount') as most "
        "from events where action = 'RunInstances' and starts_with("
        "json_extract_scalar(request, '$.instanceType'), 'p') order by time"
    )
    assert picked(frame, "time", "actor", "type", "most", "error_code") == [
        (each["time"], actor_of(each["by"]), each["type"], str(each["max"]), error)
        for each in truth[f"{INVICTUS}-015"]
        for error in [each["error"]]
    ]


@answers(f"{INVICTUS}-016")
def test_the_ports_that_were_opened_to_the_world(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-016"]
    item = "$.ipPermissions.items[0]"
    frame = invictus.query(
        f"""select time, action, principal_arn,
        json_extract_scalar(request, '$.groupId') as security_group,
        coalesce(
            json_extract_scalar(request, '$.cidrIp'),
            json_extract_scalar(request, '{item}.ipRanges.items[0].cidrIp')
        ) as cidr,
        coalesce(
            json_extract_scalar(request, '$.fromPort'),
            json_extract_scalar(request, '{item}.fromPort')
        ) as port
        from events where action in
        ('AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress') order by time"""
    )
    world = frame[frame["cidr"] == "0.0.0.0/0"]
    added = world[world["action"] == "AuthorizeSecurityGroupIngress"]
    opened = added[added["port"] == "22"]
    assert picked(opened, "time", "security_group", "cidr", "principal_arn") == wanted(
        expected["opened"], "time", "group", "cidr", "by"
    )
    closed = world[world["action"] == "RevokeSecurityGroupIngress"]
    assert picked(closed, "time", "security_group") == wanted(
        expected["closed"], "time", "group"
    )
    others = added[added["port"] != "22"]
    assert picked(others, "time", "security_group", "port") == [
        (each["time"], each["group"], str(each["port"]))
        for each in expected["other_world_open"]
    ]


SHARED = {
    "017": ("ModifyImageAttribute", "imageId", "launchPermission.{}.items[0].userId"),
    "018": (
        "ModifySnapshotAttribute",
        "snapshotId",
        "createVolumePermission.{}.items[0].userId",
    ),
    "019": ("ModifyDBSnapshotAttribute", "dBSnapshotIdentifier", "valuesTo{}[0]"),
}


@answers(*(f"{INVICTUS}-{number}" for number in SHARED))
@pytest.mark.parametrize("number", SHARED)
def test_what_was_shared_with_another_account(
    number: str, truth: Truth, invictus: Case
) -> None:
    action, named, path = SHARED[number]
    words = ("Add", "Remove") if number == "019" else ("add", "remove")
    added, removed = (path.format(word) for word in words)
    frame = invictus.query(
        f"select time, principal_arn, "
        f"json_extract_scalar(request, '$.{named}') as resource, "
        f"json_extract_scalar(request, '$.{added}') as added, "
        f"json_extract_scalar(request, '$.{removed}') as removed "
        f"from events where action = '{action}' order by time"
    )
    columns = ("time", "resource", "added", "removed", "principal_arn")
    assert picked(frame, *columns) == [
        (
            each["time"],
            each["resource"],
            next(iter(each["add"]), None),
            next(iter(each["remove"]), None),
            each["by"],
        )
        for each in truth[f"{INVICTUS}-{number}"]
    ]


@answers(f"{INVICTUS}-020")
def test_the_bucket_that_was_opened_to_another_account(
    truth: Truth, invictus: Case
) -> None:
    path = "$.bucketPolicy.Statement[0]"
    frame = invictus.query(
        f"""select time, json_extract_scalar(request, '$.bucketName') as bucket,
        json_extract_scalar(request, '{path}.Principal.AWS') as principal,
        array_join(
            cast(json_extract(request, '{path}.Action') as array(varchar)), ' '
        ) as actions
        from events where action = 'PutBucketPolicy'
        and json_extract_scalar(request, '{path}.Principal.AWS') is not null
        order by time"""
    )
    assert picked(frame, "time", "bucket", "principal", "actions") == [
        (
            each["time"],
            each["bucket"],
            json.loads(each["principals"][0])["AWS"],
            " ".join(each["actions"][0]),
        )
        for each in truth[f"{INVICTUS}-020"]
    ]


@answers(f"{INVICTUS}-021")
def test_the_role_that_another_account_may_assume(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-021"]
    frame = invictus.ask("persistence/iam-changes", target=expected[0]["role"])
    frame = frame[frame["action"] == "UpdateAssumeRolePolicy"]
    assert picked(frame, "time", "target", "principal_arn") == wanted(
        expected, "time", "role", "by"
    )
    outside = [
        [name for name in _trusted(document) if name.startswith("arn:")]
        for document in frame["document"]
    ]
    assert outside == [each["external"] for each in expected]


@answers(f"{INVICTUS}-022")
def test_the_keys_that_were_made_and_deleted(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-022"]
    frame = invictus.ask("persistence/users-and-keys")
    made = frame[frame["action"] == "CreateAccessKey"]
    assert picked(made, "time", "target", "changed_key", "principal_arn") == wanted(
        expected["created"], "time", "user", "key", "by"
    )
    deleted = frame[frame["action"] == "DeleteAccessKey"]
    keys = wanted(expected["deleted"], "time", "key")
    assert picked(deleted, "time", "changed_key") == keys


@answers(f"{INVICTUS}-023")
def test_the_users_that_were_made_and_who_became_administrator(
    truth: Truth, invictus: Case
) -> None:
    expected = truth[f"{INVICTUS}-023"]
    frame = invictus.ask("persistence/iam-changes").query("outcome == 'success'")
    made = frame[frame["action"] == "CreateUser"]
    assert picked(made, "time", "target") == wanted(expected["created"], "time", "user")
    admin = frame["policy"].str.endswith("/AdministratorAccess", na=False)
    for action, key, name in [
        ("AttachUserPolicy", "admin_users", "user"),
        ("AttachRolePolicy", "admin_roles", "role"),
    ]:
        attached = frame[admin & (frame["action"] == action)]
        assert picked(attached, "time", "target") == wanted(expected[key], "time", name)


@answers(f"{INVICTUS}-024")
def test_the_passwords_that_were_made_and_used(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-024"]
    frame = invictus.ask("persistence/iam-changes").query("outcome == 'success'")
    made = frame[frame["action"] == "CreateLoginProfile"]
    assert picked(made, "time", "target") == wanted(
        expected["profiles"], "time", "user"
    )
    signed_in = invictus.ask("signin/console").query("action == 'ConsoleLogin'")
    users = [actor.removeprefix("user/") for actor in signed_in["actor"]]
    assert users == expected["logged_in"]


@answers(f"{INVICTUS}-025")
def test_the_functions_that_were_opened_or_changed(
    truth: Truth, invictus: Case
) -> None:
    opened = invictus.ask("execution/functions-opened")
    changed = invictus.ask("execution/functions", change="code")
    changed = changed[changed["action"] == "UpdateFunctionCode"]
    frame = pd.concat([opened, changed]).sort_values(["time", "action"])
    frame["ok"] = frame["outcome"] == "success"
    expected = wanted(
        truth[f"{INVICTUS}-025"], "time", "event", "function", "principal", "ok"
    )
    # The name of the event ends in the version of Lambda's API.
    assert picked(frame, "time", "action", "target", "principal", "ok") == [
        (time, event.partition("2015")[0], *rest) for time, event, *rest in expected
    ]


@answers(f"{INVICTUS}-026")
def test_the_trust_anchors_that_came_and_went(truth: Truth, invictus: Case) -> None:
    frame = invictus.query(
        "select time, action, coalesce(json_extract_scalar(request, '$.name'), "
        "json_extract_scalar(request, '$.trustAnchorId'), "
        "json_extract_scalar(request, '$.profileId')) as name, "
        "outcome = 'success' as ok from events where service = 'rolesanywhere' "
        "and read_only is distinct from true and actor not like 'service/%' "
        "order by time"
    )
    expected = wanted(truth[f"{INVICTUS}-026"], "time", "event", "name", "ok")
    assert sorted(picked(frame, "time", "action", "name", "ok")) == sorted(expected)


@answers(f"{INVICTUS}-027")
def test_the_errors_of_the_hour(truth: Truth, invictus: Case) -> None:
    frame = invictus.ask("overview/errors")
    counted = frame.groupby("error_code")["events"].sum()
    assert counted.to_dict() == truth[f"{INVICTUS}-027"]
    totals = frame.drop_duplicates(["error_code", "outcome"])
    assert totals["code_events"].sum() == sum(truth[f"{INVICTUS}-027"].values())


@answers(f"{INVICTUS}-028")
def test_the_runs_of_the_tool(truth: Truth, invictus: Case) -> None:
    frame = invictus.query(
        "select count(distinct regexp_extract(user_agent, "
        "'stratus-red-team_([0-9a-f-]{36})', 1)) as distinct_ids, count(*) as events "
        "from events where regexp_like(user_agent, 'stratus-red-team_[0-9a-f-]{36}')"
    )
    columns = ("distinct_ids", "events")
    assert picked(frame, *columns) == wanted([truth[f"{INVICTUS}-028"]], *columns)


@answers(f"{INVICTUS}-029")
def test_what_the_normal_user_did(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-029"]
    user = actor_of(_users(truth)[1])
    frame = invictus.ask("identity/active").set_index("identity")
    assert frame.loc[user, "events"] == expected["events"]
    assert frame.loc[user, "writes"] == expected["write_calls"]
    assert counts(invictus, "source_ip", f"actor = '{user}'") == expected["ips"]
    sources = counts(invictus, "event_source", f"actor = '{user}'")
    assert sources == expected["sources"]
    address = max(expected["ips"], key=lambda ip: expected["ips"][ip])
    came = invictus.ask("identity/address", address=address)
    assert (came["actor"] == user).sum() == expected["ips"][address]


def _users(truth: Truth) -> list[str]:
    """Return the users of the hour, the busiest first: the attacker, then another."""
    calls = truth[f"{INVICTUS}-002"]
    users = [name for name in calls if ":user/" in name]
    return sorted(users, key=lambda name: -calls[name])


@answers(f"{INVICTUS}-030")
def test_the_role_sessions_that_were_started(truth: Truth, invictus: Case) -> None:
    expected = truth[f"{INVICTUS}-030"]
    frame = invictus.ask("identity/role-assumptions")
    frame = frame[frame["actor"].str.startswith("user/")]
    done = frame[frame["outcome"] == "success"]
    found = [
        (time, bare(role), session, actor)
        for time, role, session, actor in picked(
            done, "time", "role", "role_session", "actor"
        )
    ]
    assert found == [
        (each["time"], each["role"], each["session"], actor_of(each["by"]))
        for each in expected["ok"]
    ]
    denied = frame[frame["outcome"] == "denied"]
    assert len(denied) == expected["denied"]
    assert denied["role"].str.contains(":role/").all()


# umccr: a slice of flaws.cloud in an organization's trail


@answers(f"{UMCCR}-001")
def test_who_made_the_calls_of_the_slice(truth: Truth, umccr: Case) -> None:
    expected = truth[f"{UMCCR}-001"]
    (row,) = umccr.ask("identity/active").to_dict("records")
    ((who, events),) = expected["by"].items()
    assert (row["identity"], row["events"]) == (actor_of(who), events)
    assert events == expected["events"]
    assert counts(umccr, "source_ip") == expected["ips"]
    assert counts(umccr, "coalesce(error_code, 'None')") == expected["errors"]
    assert [row["first_seen"], row["last_seen"]] == [
        pd.Timestamp(time) for time in expected["span"]
    ]


@answers(f"{UMCCR}-002")
def test_the_footprint_of_the_scanner(truth: Truth, umccr: Case) -> None:
    expected = truth[f"{UMCCR}-002"]
    frame = umccr.query(
        "select count(distinct service) as services, "
        "count(distinct event_name) as apis from events"
    )
    columns = ("services", "apis")
    assert picked(frame, *columns) == wanted([expected], *columns)
    agents = umccr.ask("overview/user-agents")
    counted = {
        agent[:40]: events for agent, events in picked(agents, "user_agent", "events")
    }
    assert counted == expected["user_agents"]


def test_every_question_of_the_key_is_tested(truth: Truth) -> None:
    assert set(truth) == TESTED
