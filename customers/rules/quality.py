"""Quality rules of attributes, as data: what is required, how values look, between which bounds they lie.

    {"required": true, "pattern": "[0-9]{5}", "min": "1900-01-01", "severity": "hold", "part": "postal_code"}

An attribute has one such rule or a list of them. A finding names attribute, part and fault, never the value.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from customers.rules.sentences import _

SEVERITIES = ("warn", "hold", "refuse")
FIELDS = frozenset(
    ("required", "pattern", "min", "max", "min_length", "max_length", "min_count", "max_count", "severity", "part")
)
LONGEST = 500
# A repetition inside a repetition can take for ever on a crafted value.
NESTED = re.compile(r"\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)[+*{]")

SENTENCES: Mapping[str, str] = {
    "required": _("%(attribute)s is missing."),
    "pattern": _("%(attribute)s does not have the expected form."),
    "min": _("%(attribute)s is below the lowest value allowed."),
    "max": _("%(attribute)s is above the highest value allowed."),
    "min_length": _("%(attribute)s is too short."),
    "max_length": _("%(attribute)s is too long."),
    "min_count": _("%(attribute)s has too few values."),
    "max_count": _("%(attribute)s has too many values."),
}
FAULTS: Mapping[str, str] = {
    "shape": _("A quality rule is an object."),
    "field": _("A quality rule has an unknown field."),
    "severity": _("The severity is one of warn, hold and refuse."),
    "pattern": _("The pattern is not a valid regular expression."),
    "pattern_slow": _("The pattern repeats a repetition and may take for ever."),
    "bound": _("A bound is neither a number nor a date."),
    "length": _("A length or count is not a whole number."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    attribute: str
    code: str
    severity: str
    part: str = ""

    @property
    def msgid(self) -> str:
        return SENTENCES[self.code]


def examine(rules: Mapping[str, Any], values: Mapping[str, Any]) -> list[Finding]:
    """What is wrong with a record's values by the rules of its attributes (name -> rule or rules)."""
    found = []
    for attribute, content in rules.items():
        for rule in [content] if isinstance(content, Mapping) else content or ():
            found += _examine(attribute, rule, values.get(attribute))
    return found


def worst(findings: Iterable[Finding]) -> str:
    """The gravest severity, or ""."""
    places = [SEVERITIES.index(finding.severity) for finding in findings]
    return SEVERITIES[max(places)] if places else ""


def faults(content: Any) -> list[str]:
    """What is wrong with the rules themselves, as codes of FAULTS: for whoever edits the catalogue."""
    found: list[str] = []
    for rule in [content] if isinstance(content, Mapping) else content or ():
        found += _rule_faults(rule) if isinstance(rule, Mapping) else ["shape"]
    return found


def _examine(attribute: str, rule: Mapping[str, Any], value: Any) -> list[Finding]:
    part = str(rule.get("part", ""))
    texts = _texts(value, part)
    codes = []
    if rule.get("required") and not texts:
        codes.append("required")
    for code, test in TESTS.items():
        bound = rule.get(code)
        if bound not in (None, "") and any(not test(text, bound) for text in texts):
            codes.append(code)
    codes += _count_faults(rule, value)
    severity = rule.get("severity", "warn")
    return [Finding(attribute, code, severity, part) for code in codes]


def _count_faults(rule: Mapping[str, Any], value: Any) -> list[str]:
    count = len(value) if isinstance(value, list) else int(value is not None)
    low, high = rule.get("min_count"), rule.get("max_count")
    few = ["min_count"] if low is not None and count < int(low) else []
    return few + (["max_count"] if high is not None and count > int(high) else [])


def _texts(value: Any, part: str) -> list[str]:
    """The texts that a rule looks at: the value, or this part of each element; empty ones left out."""
    if value is None or value == "":
        return []
    if isinstance(value, bool):
        return [str(value).lower()]
    elements: Sequence[Any] = value if isinstance(value, list) else [value]
    found = [
        (e.get(part) if part else e.get("value") or "\n".join(_parts(e))) if isinstance(e, Mapping) else e
        for e in elements
    ]
    return [str(text) for text in found if text not in (None, "")]


def _parts(element: Mapping[str, Any]) -> list[str]:
    return [str(text) for name, text in element.items() if text and name not in ("kind", "scheme", "verified")]


def _number(text: Any) -> Decimal | None:
    try:
        found = Decimal(str(text))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _not_below(text: str, bound: Any) -> bool:
    """Numbers compare as numbers, ISO dates as the texts that they are; what is neither is not judged."""
    low, value = _number(bound), _number(text)
    if low is not None:
        return value is None or value >= low
    return value is not None or text >= str(bound)


def _not_above(text: str, bound: Any) -> bool:
    high, value = _number(bound), _number(text)
    if high is not None:
        return value is None or value <= high
    return value is not None or text <= str(bound)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _fits(text: str, pattern: Any) -> bool:
    return len(text) <= LONGEST and _compiled(str(pattern)).fullmatch(text) is not None


TESTS: Mapping[str, Callable[[str, Any], bool]] = {
    "pattern": _fits,
    "min": _not_below,
    "max": _not_above,
    "min_length": lambda text, bound: len(text) >= int(bound),
    "max_length": lambda text, bound: len(text) <= int(bound),
}


def _rule_faults(rule: Mapping[str, Any]) -> list[str]:
    found = [] if FIELDS.issuperset(rule) else ["field"]
    if rule.get("severity", "warn") not in SEVERITIES:
        found.append("severity")
    found += _pattern_faults(rule.get("pattern") or "")
    for name in ("min", "max"):
        bound = rule.get(name)
        if bound not in (None, "") and _number(bound) is None and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(bound)):
            found.append("bound")
    for name in ("min_length", "max_length", "min_count", "max_count"):
        if name in rule and (not isinstance(rule[name], int) or isinstance(rule[name], bool) or rule[name] < 0):
            found.append("length")
    return found


def _pattern_faults(pattern: Any) -> list[str]:
    try:
        re.compile(pattern)
    except (re.error, TypeError):
        return ["pattern"]
    return ["pattern_slow"] if NESTED.search(pattern) else []
