"""The fifty chains on a real Trino: what is joined is the truth, and all of it.

One table holds all chains, each file twice and the rows shuffled, and three queries
read all that is joined of it.
"""

from pathlib import Path

from tests.conformance.practice_asked import on_trino
from tests.conformance.trino_server import TrinoServer
from tests.support import chains_made
from tests.support.records_made import ACCOUNT, OTHER
from tests.support.tables_over_logs import publish
from tests.test_lineage import CHAINS, SEED, known, sure
from tests.test_lineage_on_athena import write_bucket
from trailkit.lineage.joining import Joined


def test_what_trino_joins_of_doubled_and_shuffled_files_is_the_truth(
    trino: TrinoServer, tmp_path: Path
) -> None:
    records, chains = chains_made.chains(SEED, CHAINS)
    write_bucket(tmp_path, records)
    publish(trino, tmp_path, (ACCOUNT, OTHER), "chains")
    case = on_trino(trino, "chains_twice").window("2026-03-09", "2026-03-12")
    truth = {(x.origin, x.target): x.certainty for each in chains for x in each.links}
    assert sure(Joined(known(case)).edges) == truth
