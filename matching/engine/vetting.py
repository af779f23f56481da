"""Vetting: what a model that comes from a file must keep, beyond what scoring needs.

`Model.validate` refuses what could not be scored with. A file may hold what can, and harms all the same: evidence that
counts twice, rules that are paid for twice, names that no page can show, sizes that no hub could bear.
"""

from typing import Final

from matching.engine.model import WEIGHT_LIMIT, Model
from matching.engine.reading import ModelError

READS_ITS_ATTRIBUTE: Final = ("date", "exact", "text")
"""Kinds that compare whatever attribute they name; all others read the one that they are named for."""
LONGEST: Final = 100
LARGEST: Final = 1_000_000
MOST_RULES: Final = 60
MOST_COMPARISONS: Final = 60
MOST_VALUES: Final = 200_000


def vet(model: Model) -> None:
    """Raise ModelError, naming the place, where the model counts or costs something twice, or is beyond all bounds."""
    _bounds(model)
    shown = [(f"comparisons[{index}]", each.code, each.label) for index, each in enumerate(model.comparisons)]
    shown += [(f"alternatives[{index}]", each.code, each.label) for index, each in enumerate(model.alternatives)]
    for path, code, label in shown:
        _require(_is_shown(code), f"{path}.code", f"must be 1 to {LONGEST} printable signs")
        _require(_is_shown(label), f"{path}.label", f"must be 1 to {LONGEST} printable signs")
    _comparisons(model)
    _rules(model)


def _bounds(model: Model) -> None:
    _require(model.margin <= WEIGHT_LIMIT, "margin", f"must not exceed {WEIGHT_LIMIT:g} bits")
    _require(model.block_cap <= LARGEST, "block_cap", f"must not exceed {LARGEST}")
    _require(model.shared_limit <= LARGEST, "shared_limit", f"must not exceed {LARGEST}")
    _require(len(model.comparisons) <= MOST_COMPARISONS, "comparisons", f"must not be more than {MOST_COMPARISONS}")
    _require(len(model.rules) <= MOST_RULES, "rules", f"must not be more than {MOST_RULES}")
    tables = {f"frequencies.{name}": tuple(table.shares) for name, table in model.frequencies.items()}
    tables |= {f"placeholders.{name}": values for name, values in model.placeholders.items()}
    held = 0
    for path, values in tables.items():
        held += len(values)
        _require(held <= MOST_VALUES, path, f"all tables together must not hold more than {MOST_VALUES} values")
        _require(all(len(value) <= LONGEST for value in values), path, f"values have at most {LONGEST} signs")


def _comparisons(model: Model) -> None:
    known: set[tuple[str, str]] = set()
    for index, each in enumerate(model.comparisons):
        what = (each.kind, each.attribute if each.kind in READS_ITS_ATTRIBUTE else "")
        _require(what not in known, f"comparisons[{index}]", "counts the evidence of another a second time")
        known.add(what)


def _rules(model: Model) -> None:
    known: set[frozenset[str]] = set()
    for index, rule in enumerate(model.rules):
        parts = frozenset(rule.parts)
        _require(_is_shown(rule.code), f"rules[{index}].code", f"must be 1 to {LONGEST} printable signs")
        _require(len(parts) == len(rule.parts), f"rules[{index}].parts", "must not name a part twice")
        _require(parts not in known, f"rules[{index}].parts", "are those of another rule")
        known.add(parts)


def _is_shown(text: str) -> bool:
    """Something that can be read, without signs that would move what stands beside it."""
    return bool(text.strip()) and len(text) <= LONGEST and text.isprintable()


def _require(holds: bool, path: str, fault: str) -> None:
    if not holds:
        raise ModelError(f"model.{path}: {fault}")
