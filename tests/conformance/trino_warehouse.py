"""The test server's Athena, with a real Trino in it: what runs a statement."""

from tests.athena_queries import Refused, Warehouse
from tests.athena_results import Rows
from tests.conformance.trino_server import CATALOG, TrinoServer
from trailkit.errors import TrailkitError


class TrinoWarehouse(Warehouse):
    """Run statements on Trino, which has the tables under the same names.

    DuckDB keeps its own copy all the same: it counts what a statement would scan.
    """

    def __init__(self, trino: TrinoServer) -> None:
        """Take the server that runs them."""
        super().__init__()
        self._trino = trino

    def run(self, sql: str, database: str) -> Rows:
        """Run a SELECT; raise Refused where Trino does."""
        try:
            answer = self._trino.engine(f"{CATALOG}.{database}.any").run(sql)
        except TrailkitError as error:
            raise Refused(str(error)) from error
        names = answer.table.column_names
        types = ["float" if kind == "real" else kind for kind in answer.types.values()]
        values = [tuple(row.values()) for row in answer.table.to_pylist()]
        return Rows(names, types, values, answer.table)
