"""Many rows mapped at once: for each the content that its digest is made of, as one row alone would state it.

Only what is certain is stated: a row with a control character, a key that is no key, a time that is none, gets no
content, and is looked at alone. So are all rows of a mapping that moves cells about (house numbers, constants, several
addresses, several full names, a column that closes).
"""

import json
from collections.abc import Iterable

import polars as pl

from customers.rules.applying import Bound
from customers.rules.mapping import FULL_NAME, HOUSE_NUMBER, MAX_KEY, ORGANISATION, PERSON, Target, moment, party_type

_UNUSUAL = "[\\x00-\\x1f\\x7f-\\x9f]"
_PERSONAL = ("given_name", "family_name", FULL_NAME, "birth_date")


def fits(bound: Bound) -> bool:
    """Whether rows of this mapping can be compared in columns."""
    targets = [target for _place, target in bound.targets]
    kinds = {target.kind for target in targets if target.part}
    return (
        bound.key >= 0
        and len(kinds) < 2
        and sum(target.attribute == FULL_NAME for target in targets) < 2
        and set(bound.mapping.constant_targets) <= {"party_type"}
        and not any(target.part == HOUSE_NUMBER or target.attribute == "closed" for target in targets)
    )


def contents(frame: pl.DataFrame, bound: Bound) -> pl.DataFrame:
    """``line``, ``key`` and ``content`` of each row; both null where a row must be looked at alone."""
    used = sorted({place for place, _target in bound.targets} | {bound.key})
    cells = [pl.col(str(place)) for place in used]
    plain = ~pl.any_horizontal([cell.str.contains(_UNUSUAL) for cell in cells])
    key = pl.col(str(bound.key))
    stripped = frame.with_columns(plain.alias("plain"), *[cell.str.strip_chars() for cell in cells])
    usual = pl.col("plain") & pl.col("plain_party") & key.str.len_chars().is_between(1, MAX_KEY) & ~key.is_duplicated()
    for place, target in bound.targets:
        if target.attribute == "observed_at":
            usual &= pl.col(str(place)).is_in(_times(stripped[str(place)], bound.mapping.date_order))
    order = json.dumps(bound.mapping.date_order)
    content = pl.concat_str(
        [pl.lit('["'), pl.col("party"), pl.lit(f'", null, {order}, {{'), _values(bound), pl.lit("}]")]
    )
    stated = stripped.with_columns(_party(bound))
    return stated.select("line", pl.when(usual).then(key).alias("key"), pl.when(usual).then(content).alias("content"))


def _party(bound: Bound) -> list[pl.Expr]:
    """The party type of each row, and whether what its column says is known."""
    said = [
        pl.col(str(place)).str.to_lowercase() for place, target in bound.targets if target.attribute == "party_type"
    ]
    constant = bound.mapping.constants.get("party_type", "")
    organised, personal = _any(bound, ("organisation_name",)), _any(bound, _PERSONAL)
    told = party_type({}, {"party_type": constant})
    known = constant.strip().casefold() in ORGANISATION | PERSON
    guessed = pl.when(organised & ~personal).then(pl.lit("organisation")).otherwise(pl.lit("person"))
    party = pl.lit(told) if known else guessed
    if not said:
        return [party.alias("party"), pl.lit(value=True).alias("plain_party")]
    [word] = said
    party = (
        pl.when(word.is_in(list(ORGANISATION)))
        .then(pl.lit("organisation"))
        .when(word.is_in(list(PERSON)))
        .then(pl.lit("person"))
        .otherwise(party)
    )
    return [party.alias("party"), word.is_in([*ORGANISATION, *PERSON, ""]).alias("plain_party")]


def _any(bound: Bound, names: Iterable[str]) -> pl.Expr:
    """Whether one of these attributes is filled."""
    filled = [pl.col(str(place)) != "" for place, target in bound.targets if target.attribute in names]
    return pl.any_horizontal(filled or [pl.lit(value=False)])


def _times(texts: pl.Series, order: str) -> list[str]:
    """Those that are times, and the empty one."""
    return [text for text in texts.unique().to_list() if not text or moment(text, order) is not None]


def _values(bound: Bound) -> pl.Expr:
    """The values as JSON with sorted names, without the braces."""
    by_attribute: dict[str, list[tuple[int, Target]]] = {}
    for place, target in bound.targets:
        if target.attribute not in ("party_type", "observed_at"):
            by_attribute.setdefault(target.attribute, []).append((place, target))
    parts = [_attribute(name, by_attribute[name]) for name in sorted(by_attribute)]
    return pl.concat_str(parts, separator=", ", ignore_nulls=True)


def _attribute(name: str, places: list[tuple[int, Target]]) -> pl.Expr:
    target = places[0][1]
    label = json.dumps(name, ensure_ascii=False)
    if target.part:
        inner = _joined(_member(target.part, place) for place, target in sorted(places, key=lambda one: one[1].part))
        kind = json.dumps(target.kind, ensure_ascii=False)
        content = _address(places, kind) if target.kind else pl.concat_str([pl.lit("{"), inner, pl.lit("}")])
    elif target.many:
        content = _joined(_element(place, one) for place, one in places)
    else:
        content = _text(places[0][0])
    whole = pl.concat_str([pl.lit("["), content, pl.lit("]")]) if target.many else content
    filled = pl.any_horizontal([pl.col(str(place)) != "" for place, _target in places])
    return pl.when(filled).then(pl.concat_str([pl.lit(f"{label}: "), whole]))


def _address(places: list[tuple[int, Target]], kind: str) -> pl.Expr:
    """An address of a kind: its parts in the order of their names, the kind among them."""
    members = [(target.part, _member(target.part, place)) for place, target in places]
    members.append(("kind", pl.lit(f'"kind": {kind}')))
    inner = _joined(member for _name, member in sorted(members, key=lambda one: one[0]))
    return pl.concat_str([pl.lit("{"), inner, pl.lit("}")])


def _member(name: str, place: int) -> pl.Expr:
    return pl.when(pl.col(str(place)) != "").then(pl.concat_str([pl.lit(f'"{name}": '), _text(place)]))


def _element(place: int, target: Target) -> pl.Expr:
    label = f'"{target.label}": {json.dumps(target.kind, ensure_ascii=False)}, ' if target.kind else ""
    return pl.when(pl.col(str(place)) != "").then(
        pl.concat_str([pl.lit(f'{{{label}"value": '), _text(place), pl.lit("}")])
    )


def _joined(parts: Iterable[pl.Expr]) -> pl.Expr:
    return pl.concat_str(list(parts), separator=", ", ignore_nulls=True)


def _text(place: int) -> pl.Expr:
    escaped = pl.col(str(place)).str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return pl.concat_str([pl.lit('"'), escaped, pl.lit('"')])
