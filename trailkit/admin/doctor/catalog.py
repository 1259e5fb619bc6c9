"""The table in the Data Catalog: whether it is there, who may see it, what it is.

Lake Formation and IAM refuse in different words, and only one of them is to be asked.
Facts: Athena User Guide, "Permissions errors in Athena" and "Use Lake Formation"; AWS
Glue, "Encrypting your Data Catalog".
"""

import re
from typing import Any

from trailkit.admin.doctor.lines import Lines, absent
from trailkit.aws.failures import AnsweredError, explain, is_refusal
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import TableError
from trailkit.tables.definition import Definition
from trailkit.tables.table import Table
from trailkit.tables.view import View

AREA = "catalog"
_LAKE_FORMATION = re.compile(
    r"Lake Formation permission\(s\)(?:: Required (?P<right>\w+) on (?P<on>\S+))?"
)
_KMS = re.compile(r"(?i)\bkms\b")


def look_at(engine: AthenaEngine) -> Lines:
    """Look at the table as Glue has it."""
    lines = Lines(AREA)
    try:
        found = engine.glue_table()
    except AnsweredError as error:
        _refused(lines, engine, error)
        return lines
    except TableError as error:
        lines.stop("catalog", str(error), "")
        return lines
    _kind(lines, found)
    if target := found.get("TargetTable"):
        where = f"{target.get('DatabaseName')}.{target.get('Name')}"
        lines.good("link", f"a resource link to {where} of {target.get('CatalogId')}.")
    if found.get("IsRegisteredWithLakeFormation"):
        lines.good("Lake Formation", "governs it, and lets you see it.")
    _encryption(lines, engine)
    return lines


def _refused(lines: Lines, engine: AthenaEngine, error: AnsweredError) -> None:
    said = str(error)
    if match := _LAKE_FORMATION.search(said):
        right, on = match["right"] or "Describe and Select", match["on"] or engine.table
        lines.stop(
            "Lake Formation",
            f"it refuses {right} on {on}; an IAM policy does not change that.",
            "Ask the data lake's administrator to grant DESCRIBE and SELECT on the "
            "table to your role: aws lakeformation grant-permissions.",
        )
    elif is_refusal(error) and _KMS.search(said):
        lines.stop("encrypted catalog", "its key is refused.", _KEY_REMEDY)
    elif is_refusal(error):
        lines.stop("IAM", "it refuses the table.", str(explain(error)))
    elif absent(error, "EntityNotFoundException"):
        lines.stop(
            "table",
            f"there is no {engine.table} in {engine.region}.",
            "Check name and Region, or make it: tk.ddl(…) writes the statement.",
        )
    else:
        raise error


_KEY_REMEDY = (
    "The Data Catalog is encrypted: your role needs kms:Decrypt on its key "
    "(aws glue get-data-catalog-encryption-settings names it), in your policy and in "
    "the key's."
)


def _kind(lines: Lines, found: dict[str, Any]) -> None:
    if found.get("TableType") == "VIRTUAL_VIEW":
        _view(lines, found)
        return
    try:
        definition = Definition.from_glue(found)
        table = Table.of(definition)
    except TableError as error:
        lines.stop("table", str(error), "")
        return
    kind = "an Iceberg table" if definition.is_iceberg else "a table"
    keys = ", ".join(definition.partitions) or "none"
    lines.good("table", f"{kind}, {len(definition.columns)} columns; keys: {keys}.")
    if table.in_other_form:
        _form(lines, table)


def _form(lines: Lines, table: Table) -> None:
    """Name the form of a table that holds no log files, and what it does not carry."""
    form = "OCSF" if table.form else "CloudTrail Lake"
    lacks = set(table.lacks) & {"request_parameters", "response_elements"}
    said = f"{form}, of which every question's notes name what it does not carry"
    if lacks:
        lines.look(
            "form",
            f"{said}: here also {', '.join(sorted(lacks))}.",
            "Ask what needs them of the trail's log files: tk.discover() finds them.",
        )
    else:
        lines.good("form", f"{said}.")


def _view(lines: Lines, found: dict[str, Any]) -> None:
    try:
        view = View.of(found)
    except TableError as error:
        lines.stop("table", "it is a view, whose cost cannot be told.", str(error))
        return
    lacks = f"; {len(view.worked_out)} columns are its own, and not read"
    some = "" if view.columns is None else f", {len(view.columns)} columns of it"
    lines.good(
        "table",
        f"a view over {view.base}{some}{lacks if view.worked_out else ''}.",
    )


def _encryption(lines: Lines, engine: AthenaEngine) -> None:
    glue = engine.client("glue")
    try:
        answer = glue.get_data_catalog_encryption_settings()
    except AnsweredError as error:
        if not is_refusal(error):
            return
        lines.good("encryption", "the catalog can be read, whatever its settings.")
        return
    rest = answer.get("DataCatalogEncryptionSettings", {}).get("EncryptionAtRest", {})
    mode = rest.get("CatalogEncryptionMode", "DISABLED")
    key = f" with {rest['SseAwsKmsKeyId']}" if rest.get("SseAwsKmsKeyId") else ""
    lines.good("encryption", f"the catalog: {mode}{key}, and you can read it.")
