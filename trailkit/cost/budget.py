"""A running account of what questions cost, and a limit that they may not pass."""

import math
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from trailkit.aws.prices import say_bytes, say_money
from trailkit.cost.bill import of_result
from trailkit.cost.estimate import Estimate
from trailkit.engines import ANEW, Answer, Engine, QueryOptions
from trailkit.errors import BudgetExceeded, InvalidParameter, TrailkitError


class Budget:
    """An amount that may be spent, and what has been; for any number of threads.

    What is spent is what Athena billed, also for a query whose answer was lost after it
    was started, and what S3 and KMS bill for its requests, as its estimate counted
    them. Where no one knows the bill, it counts with its whole estimate.
    """

    def __init__(self, amount: float, currency: str = "USD") -> None:
        """Take the limit; raises InvalidParameter for what is not an amount."""
        name = currency.lower()
        good = isinstance(amount, int | float) and math.isfinite(amount)
        if not good or isinstance(amount, bool) or amount <= 0:
            raise InvalidParameter(
                f"{name}={amount!r} is not an amount that can be spent. Write a number "
                f"above zero: case.budget({name}=5)."
            )
        self.amount, self.currency = float(amount), currency
        self.spent = 0.0
        self.queries = 0
        self._held = 0.0
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """What is neither spent nor held for a query that runs."""
        return max(0.0, self.amount - self.spent - self._held)

    @contextmanager
    def held(self, estimate: Estimate) -> Generator[Callable[[float | None], None]]:
        """Hold what a query may cost while it runs, and take its bill.

        Raises BudgetExceeded where that is more than what is left.
        """
        most = estimate.most
        self.hold(estimate)
        bill: float | None = None

        def pay(dollars: float | None) -> None:
            nonlocal bill
            bill = dollars

        try:
            yield pay
        except TrailkitError as error:
            bill = _of_failed(error, estimate)
            if bill is None:
                error.args = (f"{error} {_in_full(estimate)}",)
            raise
        except KeyboardInterrupt as interrupt:
            bill = _of_failed(interrupt, estimate)
            raise
        finally:
            with self._lock:
                self._held -= most
                self.spent += most if bill is None else bill
                self.queries += 1

    def require(self, estimates: Sequence[Estimate]) -> None:
        """Raise BudgetExceeded where all of them together are more than what is left.

        Nothing is held: each is held while its query runs.
        """
        together = sum(each.most for each in estimates)
        if together > self.left:
            title, files = estimates[0].title, sum(each.files for each in estimates)
            enough = math.ceil((self.spent + self._held + together) * 100) / 100
            raise BudgetExceeded(
                f'"{title}" would cost {self._say(together)} in {len(estimates):,} '
                f"slices ({files:,} log files), and of the budget of "
                f"{self._say(self.amount)} {self._say(self.left)} are left. Narrow the "
                "window, the accounts or the regions, or give more: "
                f"case.budget({self.currency.lower()}={enough})."
            )

    def hold(self, estimate: Estimate) -> None:
        """Hold what a query may cost; raises what ``held`` raises."""
        self._require_currency(estimate)
        with self._lock:
            if estimate.most > self.left:
                raise BudgetExceeded(self._refusal(estimate))
            self._held += estimate.most

    def _require_currency(self, estimate: Estimate) -> None:
        billed = estimate.prices.currency if estimate.prices else self.currency
        if billed != self.currency:
            raise InvalidParameter(
                f"The budget is in {self.currency}, and AWS bills {billed} in this "
                f"Region: case.budget({billed.lower()}=…)."
            )

    def _refusal(self, estimate: Estimate) -> str:
        held = f" and {self._say(self._held)} held for others" if self._held else ""
        most = "at most " if estimate.at_most else ""
        enough = math.ceil((self.spent + self._held + estimate.most) * 100) / 100
        return (
            f'"{estimate.title}" would cost {most}{self._say(estimate.most)} '
            f"({estimate.files:,} log files, {say_bytes(estimate.bytes)}), and of the "
            f"budget of {self._say(self.amount)} {self._say(self.spent)} is spent"
            f"{held}. Narrow the window, the accounts or the regions, or give more: "
            f"case.budget({self.currency.lower()}={enough})."
        )

    def _say(self, amount: float) -> str:
        return say_money(amount, self.currency)

    def __repr__(self) -> str:
        """Return what is spent, and what is left."""
        return (
            f"Budget of {self._say(self.amount)}: {self._say(self.spent)} spent "
            f"(queries: {self.queries:,}), {self._say(self.left)} left"
        )


def _in_full(estimate: Estimate) -> str:
    return (
        f"Its bill is not known: the budget counts all of its estimate, "
        f"{estimate.say(estimate.most)}."
    )


def _of_failed(error: BaseException, estimate: Estimate) -> float | None:
    """Return what a query costs that has no answer; None where no one knows.

    One that never began costs nothing; of one that failed S3 bills the requests.
    """
    dollars: float | None = getattr(error, "dollars", None)
    if dollars is None or not getattr(error, "ran", True):
        return dollars
    return dollars + estimate.bill.beside


class PaidEngine:
    """An engine that runs within a budget, a query of this estimate each time."""

    def __init__(self, engine: Engine, budget: Budget, estimate: Estimate) -> None:
        """Take the engine, who pays for it, and how much at most."""
        self.name = engine.name
        self._engine, self.budget, self.estimate = engine, budget, estimate

    def run(self, sql: str, options: QueryOptions = ANEW) -> Answer:
        """Run Athena SQL, and pay what it cost; raises BudgetExceeded before."""
        with self.budget.held(self.estimate) as pay:
            answer = self._engine.run(sql, self._weighed(options))
            pay(self._bill(answer))
        return self._told(answer)

    def chunks(
        self, sql: str, rows: int, options: QueryOptions = ANEW
    ) -> Generator[Answer]:
        """Run Athena SQL, and pay once, as soon as the first part is there."""
        with closing(self._engine.chunks(sql, rows, self._weighed(options))) as parts:
            with self.budget.held(self.estimate) as pay:
                first = next(parts)
                pay(self._bill(first))
            yield self._told(first)
            yield from map(self._told, parts)

    def _bill(self, answer: Answer) -> float | None:
        """Add to Athena's bill what S3 and KMS bill, but for an answer given again."""
        scan = answer.facts.get("dollars")
        return None if scan is None else scan + self._beside(answer)

    def _beside(self, answer: Answer) -> float:
        prices = self.estimate.prices
        if prices is None or answer.facts.get("reused"):
            return 0.0
        return self.estimate.bill.beside + of_result(answer.table.nbytes, prices)

    def _told(self, answer: Answer) -> Answer:
        """Add to the facts of an answer what is billed beside the scan."""
        if self.estimate.prices is None:
            return answer
        beside = {"dollars_beside": self._beside(answer)}
        return replace(answer, facts={**answer.facts, **beside})

    def _weighed(self, options: QueryOptions) -> QueryOptions:
        """Take the bytes from the estimate, and ask once: that is what is held."""
        return replace(options, estimate=lambda: self.estimate.bytes, again=False)
