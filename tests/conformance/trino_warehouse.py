"""The test server's Athena, with a real Trino in it: what runs a statement."""

from trino.exceptions import TrinoQueryError

from tests.conformance.trino_server import CATALOG, TrinoServer
from tests.support.athena_queries import Refused, Warehouse
from tests.support.athena_results import Rows
from tests.support.athena_writing import Insert
from trailkit.errors import TrailkitError
from trailkit.tables.copy import KEYS
from trailkit.tables.definition import Definition


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

    def create(self, definition: Definition) -> None:
        """Make a table with nothing in it, here and on Trino."""
        super().create(definition)
        place = self._trino.folder / definition.database / definition.name
        if definition.is_iceberg:
            self._trino.create_iceberg(definition, KEYS, place)
        else:
            self._trino.create_empty(definition, place)

    def insert(self, asked: Insert, database: str) -> None:
        """Run an INSERT on Trino; raise Refused where Trino does."""
        list(self._read(f"select 1 from {asked.database}.{asked.name}", database))
        try:
            self._trino.rows(asked.sql)
        except TrinoQueryError as error:
            raise Refused(str(error)) from error
