"""Postal addresses in columns: what recurs, as towns, countries and postal codes, is read once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import polars as pl

from customers.types.certain import Certain, codes, folded, is_plain, of_distinct
from customers.types.faults import Finding, Invalid
from customers.types.placeholders import ADDRESSES, WORDS
from customers.types.postal import MAX_POSTAL_CODE, is_of_country, rules, standard_postal_code
from customers.types.postal_columns import usual_form

_NOWHERE = sorted(ADDRESSES | WORDS)
_AS_IT_IS = ("line1", "line2", "city", "region", "postal_code")  # of which the edge takes plain text just as it is
_CHECKED = ("line1", "city")
_CODE = "^[A-Za-z0-9]+(?:[ -][A-Za-z0-9]+)*$"
_MOST = 12  # countries whose rules are asked of columns
Read = Callable[[str, str], str]


def addresses_in_columns(
    told: pl.Series,
    parts: Sequence[str],
    kinds: Collection[str],
    *,
    country: str,
    max_length: int,
    read: Read,
    check: Callable[[str, str], list[Finding]],
) -> Certain:
    """What becomes of lists of one address, as JSON, where that is certain.

    :param parts: of an address, in the order in which they are stored.
    :param country: where an address is that names none.
    :param read: the standard form of a part (name and text); raises Invalid.
    :param check: what is doubtful about the text of a part.
    """
    frame = _parts_in(told, parts)
    longest = {"postal_code": MAX_POSTAL_CODE}
    made = {name: _standard(name, frame[name], longest.get(name, max_length), read) for name in parts if name != "kind"}
    found = [_doubts(name, made[name], max_length, check) for name in _CHECKED]
    made["postal_code"], outside = _postal_codes(made["postal_code"], made["country"], country)
    standard = pl.DataFrame({"kind": frame["kind"], **made})
    # A part that came and was not read, or a kind by another name.
    certain = pl.all_horizontal(
        [(standard[name].is_not_null() | frame[name].is_null()).alias(name) for name in parts]
        + [(frame["kind"].is_null() | frame["kind"].is_in(list(kinds))).alias("known")]
    )
    certain &= pl.any_horizontal([standard[name].is_not_null().alias(name) for name in made])
    members = [pl.concat_str([pl.lit(f'"{name}": "'), pl.col(name), pl.lit('"')]) for name in parts]
    inner = pl.concat_str(members, separator=", ", ignore_nulls=True)
    told_of = pl.DataFrame({str(place): one for place, one in enumerate([*found, outside, _lacking(made, country)])})
    doubts = told_of.select(told=pl.concat_str(told_of.columns, separator=",", ignore_nulls=True))["told"]
    whole = standard.with_columns(doubts=doubts).select(
        stored=pl.when(certain).then(pl.concat_str([pl.lit("[{"), inner, pl.lit("}]")])),
        found=pl.when(certain & (pl.col("doubts") != "")).then("doubts"),
    )
    return Certain(whole["stored"], whole["found"], pl.Series("key", [None] * len(told), dtype=pl.String))


def _parts_in(told: pl.Series, parts: Sequence[str]) -> pl.DataFrame:
    """The parts of lists of one address; all null where it is another or unusual list."""
    member = f'"(?:{"|".join(parts)})": "[^"\\\\\\x00-\\x1f]*"'
    fits = pl.col("told").str.contains(rf"^\[\{{{member}(?:, {member})*\}}\]$")
    frame = pl.DataFrame({"told": told}).select(pl.when(fits).then("told"))
    # Read once as what they are: looking for each part by itself takes twice as long.
    read = frame["told"].str.strip_chars("[]").str.json_decode(pl.Struct(dict.fromkeys(parts, pl.String)))
    return read.struct.unnest()


def _standard(name: str, texts: pl.Series, max_length: int, read: Read) -> pl.Series:
    """A part in standard form; null where it cannot be taken."""

    def alone(text: str) -> str | None:
        try:
            made = read(name, text)
        except Invalid:
            return None
        # What JSON escapes is left to those who write it.
        return made if '"' not in made and "\\" not in made else None

    if name not in _AS_IT_IS:
        return of_distinct(texts, alone)
    frame = pl.DataFrame({"text": texts}).with_columns(plain=is_plain(pl.col("text"), max_length))
    odd = frame.select(pl.when(~pl.col("plain")).then("text"))["text"]
    return pl.select(pl.when(frame["plain"]).then(texts).otherwise(of_distinct(odd, alone))).to_series()


def _doubts(name: str, texts: pl.Series, max_length: int, check: Callable[[str, str], list[Finding]]) -> pl.Series:
    """The codes of what is doubtful about the texts of a part."""
    frame = pl.DataFrame({"text": texts}).with_columns(plain=is_plain(pl.col("text"), max_length))
    nowhere = folded(pl.col("text")).is_in(_NOWHERE)
    odd = frame.select(pl.when(~pl.col("plain")).then("text"))["text"]
    other = of_distinct(odd, lambda text: codes(check(name, text)))
    quick = pl.when(pl.col("plain") & nowhere).then(pl.lit(f"placeholder:{name}"))
    return frame.select(pl.when("plain").then(quick).otherwise(pl.lit(other)).alias(name))[name]


def _postal_codes(texts: pl.Series, countries: pl.Series, country: str) -> tuple[pl.Series, pl.Series]:
    """Postal codes as their country writes them, and the code of what is doubtful about them."""
    quick = _usual_codes(texts, countries, country)
    both = pl.DataFrame({"text": texts.set(quick.is_not_null(), None), "country": countries})
    distinct = both.filter(pl.col("text").is_not_null()).unique()
    made = [standard_postal_code(text, of or "") for text, of in distinct.iter_rows()]
    places = [of or country for of in distinct["country"].to_list()]
    fine = [not place or is_of_country(code, place) for code, place in zip(made, places, strict=True)]
    told = [None if each else "postal_code:postal_code" for each in fine]
    named = distinct.with_columns(made=pl.Series(made, dtype=pl.String), outside=pl.Series(told, dtype=pl.String))
    joined = both.join(named, on=["text", "country"], how="left", nulls_equal=True, maintain_order="left")
    return pl.select(pl.coalesce(quick, joined["made"])).to_series(), joined["outside"]


def _usual_codes(texts: pl.Series, countries: pl.Series, country: str) -> pl.Series:
    """Those postal codes that have the form of their country, as it writes them; of the countries that most are in."""
    frame = pl.DataFrame({"country": countries, "code": texts.set(~texts.str.contains(_CODE), None).str.to_uppercase()})
    made: Any = pl
    for of in frame["country"].value_counts(sort=True).head(_MOST)["country"].to_list():
        if of is not None:
            usual, written = usual_form(pl.col("code"), of)
            made = made.when((pl.col("country") == of) & usual).then(written)
        elif not country:
            made = made.when(pl.col("country").is_null()).then("code")
    return frame.select(code=made.otherwise(None) if made is not pl else pl.lit(None, dtype=pl.String))["code"]


def _lacking(made: dict[str, pl.Series], country: str) -> pl.Series:
    """The codes of parts that addresses in their country need and do not have."""
    there = {name: column.is_not_null() for name, column in made.items() if name != "country"}
    shapes = pl.DataFrame({"country": made["country"].fill_null(country), **there})
    distinct = shapes.unique()
    told = []
    for each in distinct.iter_rows(named=True):
        place = each["country"]
        given = {name for name, is_there in each.items() if is_there and name != "country"} | {"country"}
        lacking = sorted(rules(place).required - given) if place else []
        told.append(",".join([f"incomplete:{part}" for part in lacking]) or None)
    named = distinct.with_columns(told=pl.Series(told, dtype=pl.String))
    return shapes.join(named, on=shapes.columns, how="left", maintain_order="left")["told"]
