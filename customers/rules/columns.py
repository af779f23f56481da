"""Many rows mapped at once: for each the content that its digest is made of, as one row alone would state it.

Only what is certain is stated: a row with a control character, a key that is no key, a time that is none, gets no
content, and is looked at alone. So are all rows of a mapping that moves cells about (house numbers, constants, several
addresses, several names of one kind, dates in parts, a column that closes).
"""

import json
from collections.abc import Iterable
from datetime import date

import polars as pl

from customers.rules.applying import Bound
from customers.rules.mapping import (
    DATE_PARTS,
    FULL_NAME,
    HOUSE_NUMBER,
    MAX_KEY,
    ORGANISATION,
    PERSON,
    SEVERAL,
    Target,
    moment,
    party_type,
)

_UNUSUAL = "[\\x00-\\x1f\\x7f-\\x9f]"
_MARKED = '["\\\\]'  # what JSON escapes, of what is usual
_TIME = r"^\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3}|\.\d{6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$"
_PERSONAL = ("given_name", "family_name", FULL_NAME, "birth_date")


def fits(bound: Bound) -> bool:
    """Whether rows of this mapping can be compared in columns."""
    targets = [target for _place, target in bound.targets]
    kinds = {target.kind for target in targets if target.part}
    return (
        bound.key >= 0
        and len(kinds) < 2
        and all(sum(target.attribute == name for target in targets) < 2 for name in SEVERAL)
        and set(bound.mapping.constant_targets) <= {"party_type"}
        and not any(target.part in (HOUSE_NUMBER, *DATE_PARTS) or target.attribute == "closed" for target in targets)
    )


def contents(frame: pl.DataFrame, bound: Bound) -> pl.DataFrame:
    """``line``, ``key`` and ``content`` of each row; both null where a row must be looked at alone."""
    return stated(frame, bound).select("line", "key", "content")


def stated(frame: pl.DataFrame, bound: Bound) -> pl.DataFrame:
    """The same with ``party``, ``observed`` and, of each attribute, what the row says as JSON (``values.<name>``)."""
    used = sorted({place for place, _target in bound.targets} | {bound.key})
    cells = [pl.col(str(place)) for place in used]
    whole = frame.select(pl.concat_str(cells)).to_series()
    marked = whole.str.contains(_MARKED)
    stripped = frame.select("line", *[cell.str.strip_chars() for cell in cells])
    key = pl.col(str(bound.key))
    usual = pl.col("plain_party") & key.str.len_chars().is_between(1, MAX_KEY) & ~key.is_duplicated()
    usual &= pl.lit(~whole.str.contains(_UNUSUAL))
    for place, target in bound.targets:
        if target.attribute == "observed_at":
            usual &= pl.lit(_are_times(stripped[str(place)], bound.mapping.date_order))
    known = stripped.with_columns(_party(bound)).with_columns(usual.alias("usual"), _observed(bound))
    if not marked.any():
        return _stated(known, bound, escaped=False)
    parts = [
        _stated(known.filter(chosen), bound, escaped=escaped) for chosen, escaped in ((~marked, False), (marked, True))
    ]
    return pl.concat(parts).sort("line")


def _stated(known: pl.DataFrame, bound: Bound, *, escaped: bool) -> pl.DataFrame:
    """The content of rows of which all, or none, have a sign that JSON escapes."""
    cells = [
        json_escaped(pl.col(name)) if escaped else pl.col(name)
        for name in sorted({str(place) for place, _ in bound.targets})
    ]
    filled = [pl.when(cell != "").then(cell) for cell in cells]
    values = _values(bound)
    frame = known.with_columns(pl.col(str(bound.key)).alias("key")).with_columns(filled).with_columns(values)
    order = json.dumps(bound.mapping.date_order)
    joined = pl.concat_str([pl.col(each.meta.output_name()) for each in values], separator=", ", ignore_nulls=True)
    content = pl.concat_str([pl.lit('["'), pl.col("party"), pl.lit(f'", null, {order}, {{'), joined, pl.lit("}]")])
    usual = pl.col("usual")
    said = [pl.when(usual).then("key").alias("key"), pl.when(usual).then(content).alias("content")]
    return frame.select("line", *said, "party", "observed", *[each.meta.output_name() for each in values])


def _observed(bound: Bound) -> pl.Expr:
    """When it was observed; the first that says something counts."""
    cells = [pl.col(str(place)) for place, target in bound.targets if target.attribute == "observed_at"]
    told: list[pl.Expr] = [pl.when(cell != "").then(cell) for cell in cells]
    return pl.coalesce([*told, pl.lit(None, dtype=pl.String)]).alias("observed")


def json_escaped(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)


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


def _are_times(texts: pl.Series, order: str) -> pl.Series:
    """Which are times, or empty; of the many that are written alike only the days are looked at."""
    days = texts.str.head(10)
    alike = texts.str.contains(_TIME) & days.is_in([day for day in days.unique().to_list() if _is_day(day)])
    rest = texts.filter(~alike).unique().to_list()
    return alike | texts.is_in([text for text in rest if not text or moment(text, order) is not None])


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _values(bound: Bound) -> list[pl.Expr]:
    """The members of the values as JSON, in the order of their names."""
    by_attribute: dict[str, list[tuple[int, Target]]] = {}
    for place, target in bound.targets:
        if target.attribute not in ("party_type", "observed_at"):
            by_attribute.setdefault(target.attribute, []).append((place, target))
    return [_attribute(name, by_attribute[name]).alias(f"values.{name}") for name in sorted(by_attribute)]


def _attribute(name: str, places: list[tuple[int, Target]]) -> pl.Expr:
    """One member; null where its cells are, for what is joined with null is null."""
    target = places[0][1]
    label = json.dumps(name, ensure_ascii=False)
    if not target.part:
        begin, end = (f"{label}: [", "]") if target.many else (f"{label}: ", "")
        if not target.many:
            # The first that says something counts.
            return _around(f'{begin}"', pl.coalesce([pl.col(str(place)) for place, _target in places]), f'"{end}')
        if len(places) == 1:
            return _around(begin, _element(places[0][0], target), end)
        return _around(begin, _joined(_element(place, one) for place, one in places), end, places)
    members = [(one.part, _around(f'"{one.part}": "', pl.col(str(place)), '"')) for place, one in places]
    if target.kind:
        members.append(("kind", pl.lit(f'"kind": {json.dumps(target.kind, ensure_ascii=False)}')))
    inner = _joined(member for _part, member in sorted(members, key=lambda one: one[0]))
    begin, end = (f"{label}: [{{", "}]") if target.many else (f"{label}: {{", "}")
    return _around(begin, inner, end, places)


def _element(place: int, target: Target) -> pl.Expr:
    kind = f'"{target.label}": {json.dumps(target.kind, ensure_ascii=False)}, ' if target.kind else ""
    return _around(f'{{{kind}"value": "', pl.col(str(place)), '"}')


def _around(begin: str, inner: pl.Expr, end: str, places: list[tuple[int, Target]] | None = None) -> pl.Expr:
    """The text between two others; null where all of these cells are."""
    whole = pl.concat_str([pl.lit(begin), inner, pl.lit(end)])
    if places is None:
        return whole
    return pl.when(pl.any_horizontal([pl.col(str(place)).is_not_null() for place, _target in places])).then(whole)


def _joined(parts: Iterable[pl.Expr]) -> pl.Expr:
    return pl.concat_str(list(parts), separator=", ", ignore_nulls=True)
