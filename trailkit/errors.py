"""The errors a user can meet, and mend.

* TrailkitError
    * EvidenceError: files that cannot be read as evidence
        * NoSuchEvidence: the path is not there
        * NoRecords: nothing in it is a CloudTrail record
        * UnsafePath: a link out of the folder, a device
        * StoreError: the Parquet store made from the files
            * StoreFull: the disk has no room for it
            * StoreBusy: another process is writing to it
    * QuestionError: a question of the library
        * UnknownQuestion: no question has that name
        * InvalidQuestion: its file breaks a rule
    * ParameterError: a value for a question
        * UnknownParameter: the question does not take it
        * MissingParameter: the question needs it
        * InvalidParameter: its value has the wrong type
    * ScopeError: window, accounts, regions
        * InvalidWindow: end before start, a start in the future
        * EmptyScope: two windows, account or region lists that do not overlap
        * UnboundedScan: a question on Athena without a window
    * SQLError: SQL that trailkit will not run
        * NotOneSelect: several statements, or one that is not a SELECT
        * UnknownRelation: a table that is not of the lens
        * UnknownColumn: a column that its relations do not have
        * UnsupportedSQL: a function that the engines do not share
    * TableError: an Athena table's names, places, columns
    * EngineError: the engine did not answer
        * NotConfigured: region, workgroup or place for results is missing or wrong
        * QueryFailed: it refused or broke off the query
        * QueryCancelled: someone stopped the query
        * ResultsChanged: its results are not as Athena wrote them
        * AccessRefused: a right is missing, or credentials are
        * Unavailable: it could not be reached, or throttled us
    * BudgetExceeded: a question would cost more than the budget has left
    * ChartError: a frame that the chart cannot draw
    * ExportError: a file that cannot be written
    * JournalError: a journal that cannot be kept, or was changed
    * ReportError: a report or a bundle that cannot be made, read or verified
    * CommandError: words on the command line that do not fit
    * NothingFound: one event is asked of a frame that holds none
    * MissingExtra: a library that only some users need is not installed

A message is plain sentences: what happened, with the value; what is allowed; the
next line to type. In a notebook an error prints as that message alone.
"""

import difflib
import inspect
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import wraps
from numbers import Integral, Real
from pathlib import Path
from types import FunctionType, UnionType
from typing import Any, Literal, ParamSpec, TextIO, TypeVar, Union, get_args, get_origin


class TrailkitError(Exception):
    """Any error that the user can mend; its text says how."""

    dollars: float | None = 0.0
    """What is billed all the same; None where a query was started, and no one knows."""

    ran: bool = False
    """Whether a query had begun: S3 bills the requests of one that failed, too."""

    def __str__(self) -> str:
        """Return the sentence, with what a log's text would hide in it visible."""
        return "".join(map(_seen, super().__str__()))

    def _render_traceback_(self) -> list[str]:
        """Return IPython the sentence instead of the traceback."""
        return [f"{type(self).__name__}: {self}"]


def _seen(char: str) -> str:
    """Write what does not print as its escape; line ends stay."""
    if char == "\n" or char.isprintable():
        return char
    return char.encode("unicode_escape").decode("ascii")


class EvidenceError(TrailkitError):
    """Files cannot be read as evidence."""


class NoSuchEvidence(EvidenceError):
    """The path is not there."""


class NoRecords(EvidenceError):
    """Nothing in the folder is a CloudTrail record."""


class UnsafePath(EvidenceError):
    """A path leads out of the folder, or to a device."""


class StoreError(EvidenceError):
    """The Parquet store cannot be made or opened."""


class StoreFull(StoreError):
    """The disk has no room for the store."""


class StoreBusy(StoreError):
    """Another process has been writing to the store for too long."""


class QuestionError(TrailkitError):
    """A question of the library cannot be used."""


class UnknownQuestion(QuestionError):
    """No question has that name."""


class InvalidQuestion(QuestionError):
    """The question's file breaks a rule."""


class ParameterError(TrailkitError):
    """A value cannot be given to the question."""


class UnknownParameter(ParameterError):
    """The question does not take that parameter."""


class MissingParameter(ParameterError):
    """The question needs that parameter."""


class InvalidParameter(ParameterError):
    """The value has the wrong type."""


class ScopeError(TrailkitError):
    """Window, accounts or regions make no sense."""


class InvalidWindow(ScopeError):
    """The window ends before it starts, or starts in the future."""


class EmptyScope(ScopeError):
    """Two windows, or lists of accounts or regions, that do not overlap."""


class UnboundedScan(ScopeError):
    """A question on Athena has no window."""


class SQLError(TrailkitError):
    """trailkit will not run this SQL."""


class NotOneSelect(SQLError):
    """The text is not exactly one SELECT."""


class UnknownRelation(SQLError):
    """The SELECT reads a table that is not a relation of the lens."""


class UnknownColumn(SQLError):
    """The SELECT names a column that what it reads does not have."""

    def __init__(self, message: str, name: str = "") -> None:
        """Keep the name as it was written, beside the message."""
        super().__init__(message)
        self.name = name


class UnsupportedSQL(SQLError):
    """The SQL uses what the engines do not share."""


class TableError(TrailkitError):
    """An Athena table's name, place or column is not valid."""


class EngineError(TrailkitError):
    """The engine did not answer."""


class NotConfigured(EngineError):
    """The region, the workgroup or the place for results is missing or wrong."""


class QueryFailed(EngineError):
    """The engine refused the query or broke it off.

    ``may_pass`` says that the same query may come to its end when it is asked again.
    """

    may_pass: bool = False


class QueryCancelled(EngineError):
    """Someone stopped the query."""


class ResultsChanged(EngineError):
    """The results are not as the engine wrote them."""


class AccessRefused(EngineError):
    """A right is missing, or the credentials are."""


class Unavailable(EngineError):
    """The engine could not be reached, or throttled every attempt."""


class BudgetExceeded(TrailkitError):
    """A question would cost more than the budget has left."""


class ChartError(TrailkitError):
    """The chart cannot draw this frame."""


class ExportError(TrailkitError):
    """The file for a frame cannot be written."""


class JournalError(TrailkitError):
    """The journal of a case cannot be kept, or was changed."""


class ReportError(TrailkitError):
    """A report or a bundle cannot be made, read or verified."""


class CommandError(TrailkitError):
    """The words on the command line do not fit."""


class NothingFound(TrailkitError):
    """One event is asked of a frame that holds none."""


class MissingExtra(TrailkitError):
    """A library that only some users need is not installed."""


_MOST_NAMED = 100


def nearest(name: str, names: Iterable[str]) -> str:
    """Return which of the names come nearest, as a sentence; else list them all.

    >>> nearest("buket", ["bucket", "region"])
    'Did you mean "bucket"?'
    >>> nearest("x", ["bucket", "region"])
    'There are: bucket, region.'
    """
    known = sorted(names)
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return "Did you mean " + " or ".join(f'"{each}"' for each in close) + "?"
    more = f" and {len(known) - _MOST_NAMED:,} more" if len(known) > _MOST_NAMED else ""
    listed = ", ".join(known[:_MOST_NAMED])
    return f"There are: {listed}{more}." if known else "There are none."


P = ParamSpec("P")
R = TypeVar("R")

_LONGEST_NAME = 255
_SHOWN = 60
_WORDS = {
    "str": "text",
    "Path": "a path",
    "int": "a whole number",
    "float": "a number",
    "bool": "True or False",
    "DataFrame": "a frame",
    "Series": "a row of a frame",
    "TextIO": "an open file",
    "Iterable": "a list",
    "Sequence": "a list",
    "Mapping": "a dict",
    "NoneType": "None",
}


def typed(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that refuses what its annotations do not allow.

    >>> @typed
    ... def doubled(text: str) -> str:
    ...     return text * 2
    >>> doubled(3)
    Traceback (most recent call last):
    trailkit.errors.InvalidParameter: text=3 is not text. help(doubled) says what ...
    """
    signature = inspect.signature(function)
    hold = _hold

    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        hold(function, signature, args, kwargs)
        return function(*args, **kwargs)

    # With the globals of its own module its examples are still found and run.
    own = getattr(function, "__globals__", {})
    made = FunctionType(checked.__code__, own, closure=checked.__closure__)
    return wraps(function)(made)


def _hold(
    function: Callable[..., Any],
    signature: inspect.Signature,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> None:
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:
        return  # the call itself says which argument is missing, or too much
    for name, value in given.items():
        parameter = signature.parameters[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        several = parameter.kind is parameter.VAR_POSITIONAL
        for each in value if several else (value,):
            if not _fits(each, parameter.annotation):
                called = function.__qualname__.replace("Case.", "case.")
                raise InvalidParameter(
                    f"{name}={repr(each)[:_SHOWN]} is not {_said(parameter.annotation)}"
                    f". help({called}) says what it takes."
                )


def _said(annotation: Any) -> str:
    words = [_WORDS.get(each, each) for each in _names(annotation)]
    return " or ".join(dict.fromkeys(words))


def _names(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) in (Union, UnionType):
        for each in get_args(annotation):
            yield from _names(each)
    elif annotation is not type(None):
        named = get_origin(annotation) or annotation
        yield getattr(named, "__name__", str(named))


def _fits(value: Any, annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        members = get_args(annotation)
        if isinstance(value, str) and Path in members:
            return _is_path(value)
        return any(_fits(value, each) for each in members)
    if origin is not None:
        return _fits_many(value, origin, get_args(annotation))
    if annotation is inspect.Parameter.empty or not isinstance(annotation, type):
        return True
    return _is(value, annotation)


def _is(value: Any, kind: type) -> bool:
    if kind is str:
        return isinstance(value, str) and _is_whole(value)
    if kind is Path:
        return isinstance(value, os.PathLike) and _is_path(os.fspath(value))
    if kind is TextIO:
        return hasattr(value, "write")
    if kind in (int, float):
        wanted = Integral if kind is int else Real
        return isinstance(value, wanted) and not isinstance(value, bool)
    try:
        return isinstance(value, kind)
    except TypeError:  # a protocol that only a type checker can hold
        return True


def _fits_many(value: Any, origin: Any, inner: tuple[Any, ...]) -> bool:
    """Return whether it is a collection of that; an iterator is not used up for it."""
    if origin is Literal or not isinstance(origin, type):
        return True
    if not isinstance(value, origin):
        return False
    one = len(inner) == 1 and isinstance(value, Collection)
    return not one or all(_fits(each, inner[0]) for each in value)


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_path(text: Any) -> bool:
    """Return whether a system can have a file of that name at all."""
    try:
        named = os.fsencode(text)
    except (TypeError, UnicodeEncodeError):
        return False
    parts = named.split(os.sep.encode())
    return b"\0" not in named and all(len(each) <= _LONGEST_NAME for each in parts)
