"""The attribute types: what a value may be, and how it is read, shown, hidden and compared.

One class per file; a file dropped in here is a type of the hub as soon as it carries `@attribute_type("…")`. The
names below are looked up on first use, so that `folding`, `naming` and `placeholders` can be imported by code that
must stay free of Django.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from customers.types.base import AttributeType, Finding, Invalid, Options, Value, all, attribute_type, blank, get
    from customers.types.edge import clean_text
    from customers.types.folding import fold

__all__ = [
    "AttributeType",
    "Finding",
    "Invalid",
    "Options",
    "Value",
    "all",
    "attribute_type",
    "blank",
    "clean_text",
    "fold",
    "get",
]

_HOMES = {"clean_text": "edge", "fold": "folding"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'base')}"), name)
