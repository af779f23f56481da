"""What is another in a second model, in words."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from matching.engine.model import Comparison, Model
from matching.engine.vocabulary import LABELS, PART_LABELS

MOST = 60
LEAST_BITS = 0.05
LINES = {"automatic": gettext_noop("Joined by itself from"), "review": gettext_noop("A person is asked from")}
NUMBERS = {
    "margin": gettext_noop("Lead over the second best"),
    "block_cap": gettext_noop("Largest block"),
    "records": gettext_noop("Meant for records"),
}


def differences(old: Model, new: Model) -> list[str]:
    """Each difference as a line, lines first, then blocking, then weights by how far they moved."""
    found = [*_lines(old, new), *_rules(old, new), *_starts(old, new), *_weights(old, new), *_rest(old, new)]
    if len(found) > MOST:
        found = [*found[:MOST], _("and %(n)d more") % {"n": len(found) - MOST}]
    return found


def _lines(old: Model, new: Model) -> Iterator[str]:
    for name, label in LINES.items():
        yield from _changed(_(label), getattr(old, name), getattr(new, name))
    for name, label in NUMBERS.items():
        yield from _changed(_(label), getattr(old, name), getattr(new, name))


def _changed(label: str, old: float, new: float) -> Iterator[str]:
    if old != new:
        facts = {"what": label, "new": _number(new), "old": _number(old)}
        yield _("%(what)s: %(new)s, was %(old)s") % facts


def _number(value: float) -> str:
    return number_format(value if isinstance(value, int) else Decimal(f"{value:.3g}"), force_grouping=True)


def _rules(old: Model, new: Model) -> Iterator[str]:
    before, after = ({rule.parts for rule in model.rules} for model in (old, new))
    for parts in sorted(after - before):
        yield _("Compares those who agree in %(parts)s") % {"parts": in_words(parts)}
    for parts in sorted(before - after):
        yield _("No longer compares those who agree in %(parts)s") % {"parts": in_words(parts)}
    if old.finer != new.finer:
        yield _("Divides large blocks by %(parts)s") % {"parts": ", ".join(_words(part) for part in new.finer)}


def in_words(parts: tuple[str, ...]) -> str:
    """The parts of a rule."""
    return " + ".join(map(_words, parts))


def _words(part: str) -> str:
    return _(PART_LABELS.get(part, part))


def _starts(old: Model, new: Model) -> Iterator[str]:
    if abs(old.prior - new.prior) >= LEAST_BITS:
        yield _bits(_("Starting odds"), old.prior, new.prior)
    before = {one.code: one.prior for one in old.alternatives}
    for one in new.alternatives:
        prior = before.get(one.code)
        if prior is None:
            yield _("A further explanation: %(label)s") % {"label": _(one.label)}
        elif abs(prior - one.prior) >= LEAST_BITS:
            yield _bits(_(one.label), prior, one.prior)


def _bits(label: str, old: float, new: float) -> str:
    facts = {"what": label, "new": _signed(new), "old": _signed(old)}
    return _("%(what)s: %(new)s bits, was %(old)s") % facts


def _signed(bits: float) -> str:
    return ("−" if bits < 0 else "+") + number_format(abs(bits), 1)


def _weights(old: Model, new: Model) -> list[str]:
    """The levels whose weight moved, those that moved most first."""
    before: Mapping[str, Comparison] = {one.code: one for one in old.comparisons}
    moves: list[tuple[float, str]] = []
    for one in new.comparisons:
        known = before.get(one.code)
        if known is None:
            moves.append((100.0, _("Compares %(label)s, too") % {"label": _(one.label)}))
            continue
        bits = {level.code: level.bits for level in known.levels}
        for level in one.levels:
            was = bits.get(level.code, 0.0)
            if abs(level.bits - was) >= LEAST_BITS:
                label = f"{_(one.label)}, {_(LABELS.get(level.code, level.code))}"
                moves.append((abs(level.bits - was), _bits(label, was, level.bits)))
    gone = before.keys() - {one.code for one in new.comparisons}
    moves += [(100.0, _("No longer compares %(label)s") % {"label": _(before[code].label)}) for code in sorted(gone)]
    return [text for _size, text in sorted(moves, key=lambda move: -move[0])]


def _rest(old: Model, new: Model) -> Iterator[str]:
    was: Any = {one.code: one.bits for one in old.interactions}
    for one in new.interactions:
        if one.code not in was or abs(was[one.code] - one.bits) >= LEAST_BITS:
            label = _("%(one)s and %(other)s together") % {"one": " ".join(one.one), "other": " ".join(one.other)}
            yield _bits(label.replace("_", " "), was.get(one.code, 0.0), one.bits)
    if old.placeholders != new.placeholders:
        yield _("Other placeholders are passed over")
    if old.frequencies != new.frequencies:
        yield _("How common each name is was counted anew")
