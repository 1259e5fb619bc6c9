"""What an empty answer proves: nothing, unless such events were recorded at all.

A trail records what its selectors say: data events, for one, are off until somebody
turns them on. A question says in ``needs`` what must have been recorded.
"""

from trailkit import lens
from trailkit.engines import Engine
from trailkit.parameters import literal
from trailkit.question import Question
from trailkit.scope import Scope
from trailkit.source import Source


def explain_empty(
    question: Question | None, source: Source, engine: Engine, scope: Scope
) -> str:
    """Say what was searched, and whether the emptiness means anything."""
    searched = f"No rows. Searched {source.title}: {scope}."
    if question is None or not question.needs:
        return searched
    if source.needs_window:
        return f"{searched} {_unknown(question.needs)}"
    unseen = [need for need in question.needs if not _seen(need, source, engine, scope)]
    if unseen:
        return f"{searched} {_unknown(unseen)}"
    kinds = " and ".join(question.needs)
    return (
        f"{searched} Events of the kind {kinds} were recorded there, and this is not "
        "among them."
    )


def _unknown(needs: list[str] | tuple[str, ...]) -> str:
    kinds = " and ".join(needs)
    return (
        f"Whether events of the kind {kinds} were recorded there is unknown, so this "
        "does not show that nothing happened."
    )


def _seen(need: str, source: Source, engine: Engine, scope: Scope) -> bool:
    """Look whether any event of that kind lies in the scope."""
    relation, condition = _events_of(need)
    select = f"select count(*) as seen from {relation} where {condition}"
    answer = engine.run(lens.compose(select, source, scope))
    return answer.table.column("seen")[0].as_py() > 0


def _events_of(need: str) -> tuple[str, str]:
    """Give the relation and the condition that a need stands for."""
    kind, _, what = need.partition(":")
    service = literal(what, "text") if what else ""
    if kind == "management":
        return "events", f"category = 'Management' and {_management(what)}"
    if kind == "data":
        return "events", f"category = 'Data' and family = {service}"
    if kind == "aggregated":
        return "aggregated", f"service = {service}"
    return {"network": "network", "insight": "insights"}[kind], "true"


def _management(what: str) -> str:
    return {
        "read": "read_only",
        "write": "read_only is distinct from true",
        "kms": "service = 'kms'",
    }[what]
