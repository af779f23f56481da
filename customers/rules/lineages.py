"""Lineages as they are stored: one short text, where the names of its parts would take six times as much.

A lineage names for every attribute the record that won, its version, the rule, and either how many claims it beat or,
for each of several values, its place in the record. Where all come from one record, the text begins with it::

    4711 birth_date family_name email*o0,o1         everything is record 4711's, in its version 1
    4711.2 birth_date=t1 family_name                the same of its version 2, where the first beat one claim by trust

Otherwise it begins with nothing, and each names its own::

     birth_date=4711t1 email*4711a0,4712.3a0

What is left out is version 1 and, where the record stands in front, the only claim (``o0``). A text hangs on nothing
but the lineage. What has another form (lineages stored earlier, and what no rule of ours gives) stays as it is.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

CODES: Mapping[str, str] = {
    "only": "o",
    "most_trusted": "t",
    "most_recent": "r",
    "most_frequent": "f",
    "most_complete": "c",
    "earliest": "e",
    "verified_first": "v",
    "all": "a",
    "pinned": "p",
    "corrected": "k",
    "said": "s",
    "derived": "d",
    "order": "n",
}
_RULES = {code: rule for rule, code in CODES.items()}
_NAME = re.compile(r"[-\w]+", re.ASCII)
_ELEMENT = re.compile(r"(\d*)(?:\.(\d+))?([a-z])(\d+)", re.ASCII)
_MEMBERS = {"item": {"record", "version", "rule", "item"}, "others": {"record", "version", "rule", "others"}}
ONLY = "o0"


def shortened(lineage: Any) -> Any:
    """A lineage as it is stored; what cannot be told shortly stays as it is."""
    if not isinstance(lineage, Mapping) or not all(_is_plain(name, said) for name, said in lineage.items()):
        return lineage
    named = {(one["record"], one["version"]) for said in lineage.values() for one in _each(said)}
    if not named:
        return lineage
    alone = len(named) == 1
    words = [named_as(*next(iter(named))) if alone else ""]
    for name in sorted(lineage):
        said = lineage[name]
        told = ",".join([_element(one, alone) for one in _each(said)])
        if isinstance(said, list):
            words.append(f"{name}*{'' if alone and told == ONLY else told}")
        else:
            words.append(name if alone and told == ONLY else f"{name}={told}")
    return " ".join(words)


def opened(stored: Any) -> Any:
    """The lineage that was stored, in either form.

    :raises ValueError: a text that is none.
    """
    if not isinstance(stored, str):
        return stored
    head, *words = stored.split(" ")
    whose = _whose(head) if head else (0, 1)
    made: dict[str, Any] = {}
    for word in words:
        name, star, told = word.partition("*")
        if star:
            made[name] = [_opened(each, whose, "item") for each in (told or ONLY).split(",")]
        else:
            name, _equals, told = word.partition("=")
            made[name] = _opened(told or ONLY, whose, "others")
    return made


def named_as(record: int, version: int) -> str:
    """A record and its version."""
    return str(record) if version == 1 else f"{record}.{version}"


def _each(said: Any) -> Iterable[Any]:
    return said if isinstance(said, list) else (said,)


def _is_plain(name: Any, said: Any) -> bool:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or said == []:
        return False
    members = _MEMBERS["item" if isinstance(said, list) else "others"]
    return all(isinstance(one, Mapping) and one.keys() == members and _is_said(one) for one in _each(said))


def _is_said(one: Mapping[str, Any]) -> bool:
    counts = [count for name, count in one.items() if name != "rule"]
    return one["rule"] in CODES and all(type(count) is int and count >= 0 for count in counts)


def _element(one: Mapping[str, Any], alone: bool) -> str:
    whose = "" if alone else named_as(one["record"], one["version"])
    return f"{whose}{CODES[one['rule']]}{one['item'] if 'item' in one else one['others']}"


def _whose(text: str) -> tuple[int, int]:
    record, _dot, version = text.partition(".")
    return int(record), int(version or 1)


def _opened(text: str, whose: tuple[int, int], counted: str) -> dict[str, Any]:
    found = _ELEMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    record, version, code, count = found.groups()
    mine = (int(record), int(version or 1)) if record else whose
    return {"record": mine[0], "version": mine[1], "rule": _RULES[code], counted: int(count)}
