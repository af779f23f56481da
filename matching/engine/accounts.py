"""The account that a model carries of its training, checked where it comes from a file: pages and charts read it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from matching.engine.faults import MESSAGES

# What is read of the account, and what the entries of a list must hold: a number or, where named, a text.
NUMBERS: Final = ("records", "pairs", "calibration_error")
LISTS: Final[Mapping[str, Sequence[str]]] = {
    "calibration": ("low", "high", "pairs", "mean", "true"),
    "weights": ("low", "pairs", "same"),
    "diagnostics": (),
}
TEXTS: Final = ("fault", "comparison", "level", "explanation")


def fault_of(account: Mapping[str, Any]) -> tuple[str, str] | None:
    """The place that is not as training writes it, and what it must be; None where all is."""
    for name in NUMBERS:
        if name in account and not _is_number(account[name]):
            return name, "must be a number"
    for name, wanted in LISTS.items():
        rows = account.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            return name, "must be a list of objects"
        if not all(_is_number(row.get(field)) for row in rows for field in wanted):
            return name, f"each must have the numbers {', '.join(wanted)}"
    return _in_diagnostics(account.get("diagnostics", []))


def _in_diagnostics(rows: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    for row in rows:
        if not all(isinstance(row.get(name, ""), str) for name in TEXTS) or not _is_number(row.get("pairs", 0)):
            return "diagnostics", "names must be texts, pairs a number"
        if row.get("fault") not in MESSAGES:
            return "diagnostics", f"{row.get('fault')!r} is no fault that is known here"
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
