"""The findings of the notebook on the deleted bucket, held to the answer key."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tools.practice_case import practice

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "10_who_deleted_the_bucket.ipynb"
KEY = practice.answers()


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """Run the notebook in a wide terminal; return what each heading's cell printed."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "400")
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    texts: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = cell.source.splitlines()[0].lstrip("# ")
        else:
            texts[heading] = texts.get(heading, "") + "".join(map(shown, cell.outputs))
    return texts


def shown(output) -> str:
    data = output.get("data", {})
    drawn = data.get("application/vnd.plotly.v1+json", "")
    return output.get("text") or f"{data.get('text/plain', '')}{drawn}"


def test_it_asks_for_the_bucket_of_the_story():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    [cell] = [c for c in notebook.cells if c.metadata.get("tags") == ["parameters"]]
    assert f'bucket = "{KEY.bucket}"' in cell.source


def test_it_names_time_address_credential_and_bucket_of_the_deletion(said):
    deletion = said["The deletion itself"]
    facts = [KEY.bucket, KEY.deletion.address, KEY.deletion.access_key]
    facts += [KEY.deletion.event_id, KEY.deletion.account, KEY.deletion.region]
    assert [fact for fact in facts if fact not in deletion] == []
    assert f"{KEY.deletion.time:%Y-%m-%d %H:%M:%S} UTC" in deletion
    assert "success" in deletion


def test_it_follows_the_role_to_the_user_behind_it(said):
    assert (
        f"user/{KEY.created_user.rpartition('/')[2]}"
        in said["Who else was at that address?"]
    )
    assert "SwitchRole" in said["How did they come to that role?"]


def test_one_picture_leads_from_the_leaked_key_to_the_deletion(said):
    picture = said["The whole chain in one picture"]
    names = [hop.role.rpartition("/")[2] for hop in KEY.hops]
    names += [KEY.leaked_key, KEY.created_key, KEY.policy, KEY.browser_address]
    assert [name for name in names if name not in picture] == []


def test_it_ends_at_the_leaked_key_and_the_first_use_of_it(said):
    first = said["In words"]
    assert KEY.leaked_key in first
    assert KEY.first.event_id in first
    assert KEY.address in first


def test_it_counts_what_was_taken(said):
    taken = said["What did they take?"]
    # The trail was off for a part of the night: no sum is known to be whole.
    assert f"at least {KEY.reading.objects:,} reads" in taken
    assert f"at least {KEY.reading.bytes:,} bytes sent" in taken


def test_it_shows_when_the_log_was_blind(said):
    assert "stops" in said["Did they blind the log?"]
    assert "starts" in said["Did they blind the log?"]
