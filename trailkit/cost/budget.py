"""A running account of what questions cost, and a limit that they may not pass."""

import math
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import replace

from trailkit.aws.prices import say_bytes, say_dollars
from trailkit.cost.estimate import Estimate
from trailkit.engines import ANEW, Answer, Engine, Terms
from trailkit.errors import BudgetExceeded, InvalidParameter, TrailkitError


class Budget:
    """Dollars that may be spent, and what has been; for any number of threads.

    What is spent is what Athena billed, also for a query whose answer was lost after it
    was started. Where nobody knows the bill, it counts with its whole estimate.
    """

    def __init__(self, usd: float) -> None:
        """Take the limit; raises InvalidParameter for what is no amount."""
        if not isinstance(usd, int | float) or not math.isfinite(usd) or usd <= 0:
            raise InvalidParameter(
                f"usd={usd!r} is no budget. Give dollars: case.budget(usd=5)."
            )
        self.usd = float(usd)
        self.spent = 0.0
        self.queries = 0
        self._held = 0.0
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Dollars that are neither spent nor held for a query that runs."""
        return max(0.0, self.usd - self.spent - self._held)

    @contextmanager
    def held(self, estimate: Estimate) -> Generator[Callable[[float | None], None]]:
        """Hold what a query may cost while it runs, and take its bill.

        Raises BudgetExceeded where that is more than what is left.
        """
        most = estimate.dollars
        self._hold(estimate)
        bill: float | None = None

        def pay(dollars: float | None) -> None:
            nonlocal bill
            bill = dollars

        try:
            yield pay
        except TrailkitError as error:
            bill = error.dollars
            if bill is None:
                error.args = (f"{error} {_in_full(most)}",)
            raise
        except KeyboardInterrupt as interrupt:
            bill = getattr(interrupt, "dollars", None)
            raise
        finally:
            with self._lock:
                self._held -= most
                self.spent += most if bill is None else bill
                self.queries += 1

    def _hold(self, estimate: Estimate) -> None:
        with self._lock:
            if estimate.dollars > self.left:
                raise BudgetExceeded(self._refusal(estimate))
            self._held += estimate.dollars

    def _refusal(self, estimate: Estimate) -> str:
        held = f" and {say_dollars(self._held)} held for others" if self._held else ""
        most = "at most " if estimate.at_most else ""
        enough = math.ceil((self.spent + self._held + estimate.dollars) * 100) / 100
        return (
            f'"{estimate.title}" would cost {most}{say_dollars(estimate.dollars)} '
            f"({estimate.files:,} log files, {say_bytes(estimate.bytes)}), and of the "
            f"budget of {say_dollars(self.usd)} {say_dollars(self.spent)} is spent"
            f"{held}. Narrow the window, the accounts or the regions, or give more: "
            f"case.budget(usd={enough})."
        )

    def __repr__(self) -> str:
        """Say what is spent, and what is left."""
        return (
            f"Budget of {say_dollars(self.usd)}: {say_dollars(self.spent)} spent "
            f"(queries: {self.queries:,}), {say_dollars(self.left)} left"
        )


def _in_full(most: float) -> str:
    return (
        f"Its bill is not known: the budget counts all of its estimate, "
        f"{say_dollars(most)}."
    )


class PaidEngine:
    """An engine that runs within a budget, a query of this estimate each time."""

    def __init__(self, engine: Engine, budget: Budget, estimate: Estimate) -> None:
        """Take the engine, who pays for it, and how much at most."""
        self.name = engine.name
        self._engine, self._budget, self._estimate = engine, budget, estimate

    def run(self, sql: str, terms: Terms = ANEW) -> Answer:
        """Run Athena SQL, and pay what it cost; raises BudgetExceeded before."""
        with self._budget.held(self._estimate) as pay:
            answer = self._engine.run(sql, self._weighed(terms))
            pay(answer.facts.get("dollars"))
        return answer

    def chunks(self, sql: str, rows: int, terms: Terms = ANEW) -> Generator[Answer]:
        """Run Athena SQL, and pay once, as soon as the first part is there."""
        with closing(self._engine.chunks(sql, rows, self._weighed(terms))) as parts:
            with self._budget.held(self._estimate) as pay:
                first = next(parts)
                pay(first.facts.get("dollars"))
            yield first
            yield from parts

    def _weighed(self, terms: Terms) -> Terms:
        """Take the bytes from the estimate: nothing is listed twice."""
        return replace(terms, weigh=lambda: self._estimate.bytes)
