"""Preparing the rows of a large file in columns, without an object for any of them.

What standardising, the quality rules and the search make of an attribute hangs on what the row says of it and on
nothing else. So each distinct content of an attribute goes once through the functions that single records go through,
and a row is put together of what came out, as COPY takes it. A row of which anything is out of the ordinary (a value
that cannot be taken, a quality rule that holds it back) is left out here and prepared alone.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple, Self

import polars as pl

from cmdm import crypto
from customers.actions.preparing import PARTIES
from customers.models import Source
from customers.queries.catalogue import Catalogue, Spec
from customers.queries.term_columns import key_lines, lines_of, name_lines
from customers.queries.terms import EXACT, MAX, exact_term, exact_terms, folded
from customers.rules import columns, quality
from customers.rules.applying import Bound
from customers.rules.mapping import FULL_NAME, moment
from customers.sealing import seal_raws, seal_values, sealed_as_written
from customers.types import certain
from customers.types.standardising import Standard, read_attribute

REMEMBERED = 50_000  # contents of one attribute, and fewer of one of which most contents are new
TRIED = 20_000
_JSON = json.JSONEncoder(ensure_ascii=False)  # made once: `json.dumps` would make one for every value
_UNUSUAL = "[\\x00-\\x1f]"
_TEXTS = {"values": pl.String, "findings": pl.String, "warned": pl.String, "folded": pl.String, "terms": pl.String}


@dataclass(frozen=True)
class Fresh:
    """Rows that are ready to be written as first versions.

    ``rows``: ``line`` of the file, ``key``, ``party``, ``said`` (key, party type, values, raw, digest and findings as
    COPY takes them), ``observed`` and ``told`` (a line for :class:`Handed`, in the order of ``names``). ``terms``: what
    finds them, by ``place`` in these rows, in their order.
    """

    rows: pl.DataFrame
    terms: pl.DataFrame
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.rows.height

    @property
    def keys(self) -> list[str]:
        return self.rows["key"].to_list()

    def without(self, keys: Sequence[str]) -> Self:
        """The same without those of some keys."""
        unwanted = self.rows["key"].is_in(keys)
        if not unwanted.any():
            return self
        left = self.rows.with_row_index("place").filter(~unwanted).with_row_index("new")
        terms = self.terms.join(left.select("place", "new"), on="place", how="inner", maintain_order="left")
        terms = terms.select(pl.col("new").alias("place"), "term")
        return type(self)(left.drop("place", "new"), terms, self.names)

    @classmethod
    def joined(cls, parts: "Sequence[Fresh]") -> "Fresh":
        """Parts of one slab, in order. A key that comes in several is left out: its rows are judged together."""
        terms, before = [], 0
        for part in parts:
            terms.append(part.terms.with_columns(pl.col("place") + before))
            before += len(part)
        names = parts[0].names if len({part.names for part in parts}) == 1 else ()
        made = cls(pl.concat([part.rows for part in parts]), pl.concat(terms), names)
        keys = made.rows["key"]
        return made.without(keys.filter(keys.is_duplicated()).unique().to_list())


class _Made(NamedTuple):
    """What becomes of a content: members of the stored values, findings, terms; ``plain`` where nothing is unusual."""

    plain: bool
    values: str | None
    findings: str | None
    warned: str | None
    folded: str | None
    terms: str | None


_UNKNOWN = _Made(False, None, None, None, None, None)  # of what is out of the ordinary
Remembered = dict[tuple[str, str], dict[str, _Made]]


def fits(bound: Bound) -> bool:
    """Whether rows of this mapping can be prepared in columns."""
    return columns.fits(bound) and not any(target.attribute == FULL_NAME for _place, target in bound.targets)


def names_told(known: Catalogue) -> tuple[str, ...]:
    """The attributes in the order in which they are handed on."""
    return tuple(sorted(known.specs))


def prepare_columns(
    source: Source, frame: pl.DataFrame, bound: Bound, header: Sequence[str], known: Catalogue, seen: Remembered
) -> Fresh:
    """What the ordinary ones of these rows become. No query.

    :param seen: what was made of contents of the same source before, by party type and attribute.
    """
    told = columns.stated(frame, bound).with_columns(_raw(frame, header)).filter(pl.col("content").is_not_null())
    told = told.filter(pl.col("raw").is_not_null())
    there = [one for one in PARTIES if (told["party"] == one).any()] or PARTIES[:1]
    parts = [_of_party(source, told.filter(party=one), one, bound, known, seen) for one in there]
    made = pl.concat([rows for rows, _terms in parts]).with_row_index("was")
    before = accumulate((rows.height for rows, _terms in parts), initial=0)
    terms = pl.concat(
        [terms.with_columns(pl.col("place") + first) for (_rows, terms), first in zip(parts, before, strict=False)]
    )
    ordered = made.sort("line").with_row_index("place")
    places = ordered.select("was", "place")
    moved = terms.rename({"place": "was"}).join(places, on="was", how="inner").select("place", "term")
    return Fresh(ordered.drop("was", "place"), moved.unique().sort("place"), names_told(known))


def _raw(frame: pl.DataFrame, header: Sequence[str]) -> pl.Series:
    """Each row as it was received, as JSON; null where a cell holds a control character."""
    names = [str(place) for place in range(len(header))]
    whole = frame.select(pl.concat_str(names)).to_series()
    marked = whole.str.contains('["\\\\]').any()
    cells = []
    for name, title in zip(names, header, strict=True):
        cell = columns.json_escaped(pl.col(name)) if marked else pl.col(name)
        begin = json.dumps(title, ensure_ascii=False)
        cells.append(pl.when(pl.col(name) != "").then(pl.concat_str([pl.lit(f'{begin}: "'), cell, pl.lit('"')])))
    inner = pl.concat_str(cells, separator=", ", ignore_nulls=True)
    plain = pl.lit(~whole.str.contains(_UNUSUAL))
    return frame.select(pl.when(plain).then(pl.concat_str([pl.lit("{"), inner, pl.lit("}")])).alias("raw")).to_series()


def _of_party(
    source: Source, told: pl.DataFrame, party: str, bound: Bound, known: Catalogue, seen: Remembered
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of one party type, and their terms by place."""
    names = _in_order(bound)
    making = _Making(source, party, bound, known)
    found = {name: _attribute(told[f"values.{name}"], name, making, seen) for name in names}
    rows = told.select(
        "line",
        "key",
        "content",
        "raw",
        observed=_observed(told["observed"], bound.mapping.date_order),
        values=_joined([one["values"] for one in found.values()], told.height, "{", "}"),
        findings=_joined(
            [*(found[name]["findings"] for name in names), *_warned(found, making, told.height)], told.height, "[", "]"
        ),
        plain=_plain(found, making, told.height, ordered=_is_ordered(bound)),
        told=_told(found, names_told(known), told.height),
    )
    chosen = rows.filter("plain").with_row_index("now")
    party_of = pl.lit(party).alias("party")
    terms = _terms(rows["key"], found, known)
    places = rows.with_row_index("place").filter("plain").select("place").with_row_index("now")
    kept = terms.join(places, on="place", how="inner").select(pl.col("now").alias("place"), "term")
    return chosen.select("line", "key", party_of, _said(chosen, party), "observed", "told"), kept


def _in_order(bound: Bound) -> list[str]:
    """The attributes that rows speak of, in the order in which a row alone would name them."""
    told = [target.attribute for _place, target in bound.targets]
    return [name for name in dict.fromkeys(told) if name not in ("party_type", "observed_at")]


def _is_ordered(bound: Bound) -> bool:
    """Whether the columns of each attribute stand side by side: else the order of a row hangs on what is filled."""
    told = [target.attribute for _place, target in bound.targets]
    return len([name for name, before in zip(told, ["", *told], strict=False) if name != before]) == len(set(told))


class _Making:
    """One party type of a source: what becomes of the contents of attributes."""

    def __init__(self, source: Source, party: str, bound: Bound, known: Catalogue) -> None:
        self._source, self.party, self._known = source, party, known
        self._order, self._lenient = bound.mapping.date_order, bound.mapping.on_fault == "leave_out"
        named = known.specs.items()
        self.rules = {name: spec.row.quality for name, spec in named if spec.row.quality and spec.fits(party)}

    def all_of(self, name: str, contents: Sequence[str]) -> list[_Made]:
        """What becomes of what rows say of an attribute (``"name": …``, each distinct)."""
        spec = self._known.specs.get(name)
        if spec is None or not spec.fits(self.party):
            return [_UNKNOWN] * len(contents)
        told = json.loads(f"[{{{'},{'.join(contents)}}}]") if contents else []
        options = spec.reading(date_order=self._order, country=self._source.country)
        return [self._of(spec, read_attribute(spec, one[name], options, lenient=self._lenient)) for one in told]

    def _of(self, spec: Spec, made: Standard) -> _Made:
        name, value = spec.name, made.values.get(spec.name)
        warned, holds = self.examined(name, value)
        if made.faults or made.left_out or holds or _has_numbers(value):
            return _UNKNOWN
        findings = _inside(made.findings)
        if value is None:
            return _Made(True, None, findings, warned, None, None)
        values = _inside(seal_values(made.values, self._known.sensitive))
        terms = "\n".join(lines_of(exact_terms(name, value, self._known))) if name in self._known.exact else None
        return _Made(True, values, findings, warned, folded(value) if name in self._known.names else None, terms)

    def in_columns(self, name: str, contents: pl.Series) -> pl.DataFrame | None:
        """What is certain of all contents at once: the same parts, null where a content is to be read by itself."""
        spec = self._known.specs.get(name)
        if spec is None or not spec.fits(self.party) or spec.many != spec.type.structured:
            return None
        # What quality rules look at is read by itself; so is what is not stored as it is sealed.
        if name in self.rules or (name in self._known.sensitive and list(spec.type.parts) != sorted(spec.type.parts)):
            return None
        begin = f'"{name}": '
        told = contents.str.strip_prefix(begin)
        made = spec.type.in_columns(told, spec.reading(date_order=self._order, country=self._source.country))
        return None if made is None else _certain(name, made, self._known)

    def examined(self, name: str, value: Any) -> tuple[str | None, bool]:
        """What the quality rules find in a value (none: absent), and whether they hold the row back."""
        if name not in self.rules:
            return None, False
        found = quality.examine({name: self.rules[name]}, {} if value is None else {name: value})
        told = [{"attribute": one.attribute, "code": one.code, "part": one.part} for one in found]
        return _inside(told), quality.worst(found) in ("hold", "refuse")


def _has_numbers(value: Any) -> bool:
    """Whether a value holds what JSON writes in several ways: the database would tell it in another one."""
    if isinstance(value, Mapping | list):
        return any(map(_has_numbers, value.values() if isinstance(value, Mapping) else value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _certain(name: str, made: certain.Certain, known: Catalogue) -> pl.DataFrame:
    """Members of the stored values, findings and terms as COPY takes them, of what a column form made certain."""
    sensitive = name in known.sensitive

    def findings(found: str) -> str | None:
        pairs = [each.split(":") for each in found.split(",")]
        return _inside([{"attribute": name, "code": code, "part": part} for code, part in pairs])

    keys = [made.key, *([] if made.further is None else [made.further])] if name in known.exact else []
    stored = _of_all(made.stored, lambda texts: sealed_as_written(name, texts)) if sensitive else made.stored
    frame = pl.DataFrame({"stored": stored, "key": made.key})
    terms = pl.concat_str([_exact(name, each, sensitive=sensitive) for each in keys], separator="\n") if keys else None
    nothing = pl.lit(None, dtype=pl.String)
    return frame.select(
        values=pl.concat_str([pl.lit(f'"{name}": '), pl.col("stored")]),
        findings=certain.of_distinct(made.found, findings),
        folded=certain.folded(pl.lit(made.stored).str.strip_chars('"')) if name in known.names else nothing,
        terms=nothing if terms is None else terms,
    )


def _exact(name: str, keys: pl.Series, *, sensitive: bool) -> pl.Series:
    """The lines of the terms of keys."""
    if sensitive:
        terms = _of_all(keys, lambda texts: [exact_term(name, text, sensitive=True) for text in texts])
    else:
        terms = exact_term(name, "", sensitive=False) + keys.str.slice(0, MAX - len(name) - 1)
    return f"{int(EXACT)}\t" + terms


def _of_all(texts: pl.Series, make: Callable[[list[str]], list[str]]) -> pl.Series:
    """What is made of all that are there."""
    places = texts.is_not_null().arg_true()
    nothing = pl.repeat(None, len(texts), dtype=pl.String, eager=True)
    return nothing.scatter(places, make(texts.gather(places).to_list())) if len(places) else nothing


def _inside(content: Mapping[str, Any] | Sequence[Any]) -> str | None:
    """JSON without what encloses it, as COPY takes it; nothing of what is empty."""
    return _JSON.encode(content)[1:-1].replace("\\", "\\\\") if content else None


def _attribute(contents: pl.Series, name: str, making: _Making, seen: Remembered) -> pl.DataFrame:
    """What becomes of each content of an attribute, row by row."""
    quick = making.in_columns(name, contents)
    if quick is None:
        return _one_by_one(contents, name, making, seen)
    there = quick["values"].is_not_null()
    if (contents.is_null() | there).all():
        nothing = pl.lit(None, dtype=pl.String)
        return quick.with_columns(contents.alias("content"), plain=pl.when(there).then(True), warned=nothing)
    made = _one_by_one(contents.set(there, None), name, making, seen)
    parts = [pl.coalesce(quick[part], pl.col(part)).alias(part) for part in quick.columns]
    return made.with_columns(contents.alias("content"), pl.col("plain") | there, *parts)


def _one_by_one(contents: pl.Series, name: str, making: _Making, seen: Remembered) -> pl.DataFrame:
    """The same, each distinct content read by itself."""
    remembered = seen.setdefault((making.party, name), {})
    distinct = contents.drop_nulls().unique().to_list()
    new = [content for content in distinct if content not in remembered]
    remembered.update(zip(new, making.all_of(name, new), strict=True))
    made = [remembered[content] for content in distinct]
    # What hardly ever comes again, as an address, is not worth its place.
    if len(remembered) > (REMEMBERED if len(new) * 2 < len(distinct) else TRIED):
        remembered.clear()
    frame = pl.DataFrame(
        {
            "content": pl.Series(distinct, dtype=pl.String),
            "plain": pl.Series([one.plain for one in made], dtype=pl.Boolean),
            **{part: pl.Series([getattr(one, part) for one in made], dtype=kind) for part, kind in _TEXTS.items()},
        }
    )
    return pl.DataFrame({"content": contents}).join(frame, on="content", how="left", maintain_order="left")


def _joined(parts: Sequence[pl.Series], height: int, begin: str, end: str) -> pl.Series:
    frame = pl.DataFrame({str(number): part for number, part in enumerate(parts)})
    if not parts:
        return pl.Series([begin + end] * height, dtype=pl.String)
    inner = pl.concat_str(frame.columns, separator=", ", ignore_nulls=True)
    return frame.select(pl.concat_str([pl.lit(begin), inner, pl.lit(end)])).to_series()


def _told(found: Mapping[str, pl.DataFrame], names: Sequence[str], height: int) -> pl.Series:
    """What each row says of these attributes, as JSON, which has neither tabs nor ends of lines: a line of them."""
    parts = [pl.lit(pl.repeat("", height, dtype=pl.String, eager=True))]
    for name in names:
        if name in found:
            parts.append(pl.lit(found[name]["values"].str.strip_prefix(f'"{name}": ').fill_null("")))
        parts.append(pl.lit("\t" if name != names[-1] else "\n"))
    told = pl.select(pl.concat_str(parts)).to_series()
    escaped = told.str.contains("\\", literal=True).any()
    return told.str.replace_all("\\\\", "\\", literal=True) if escaped else told


def _warned(found: Mapping[str, pl.DataFrame], making: _Making, height: int) -> list[pl.Series]:
    """What the quality rules find, rule by rule; also in what a row does not speak of."""
    told = []
    for name in making.rules:
        absent = pl.lit(making.examined(name, None)[0], dtype=pl.String)
        if name in found:
            said = pl.when(pl.col("content").is_null()).then(absent).otherwise(pl.col("warned"))
            told.append(found[name].select(said).to_series())
        else:
            told.append(
                pl.select(absent.repeat_by(height).explode()).to_series() if height else pl.Series(dtype=pl.String)
            )
    return told


def _plain(found: Mapping[str, pl.DataFrame], making: _Making, height: int, *, ordered: bool) -> pl.Series:
    """Which rows have nothing that is out of the ordinary."""
    plain = pl.Series([True] * height, dtype=pl.Boolean)
    said = pl.Series([False] * height, dtype=pl.Boolean)
    noted = pl.Series([0] * height, dtype=pl.UInt32)
    for name, one in found.items():
        absent = not making.examined(name, None)[1]
        plain &= one["plain"].fill_null(absent)
        said |= one["values"].is_not_null()
        noted += one["findings"].is_not_null().cast(pl.UInt32)
    if any(making.examined(name, None)[1] for name in making.rules if name not in found):
        plain &= False
    return plain & said if ordered else plain & said & (noted < 2)


def _observed(told: pl.Series, order: str) -> pl.Series:
    """The times, as PostgreSQL reads them."""
    distinct = told.drop_nulls().unique().to_list()
    times = [at.isoformat() if (at := moment(text, order)) else None for text in distinct]
    return told.replace_strict(distinct, times, return_dtype=pl.String, default=None) if distinct else told


def _said(rows: pl.DataFrame, party: str) -> pl.Series:
    """The columns that are made of a row alone, as COPY takes them."""
    digests = crypto.digests(rows["content"].cast(pl.Binary).to_list(), "record")
    raws = seal_raws(rows["raw"].to_list())
    told = pl.DataFrame(
        {
            "key": rows["key"].str.replace_all("\\", "\\\\", literal=True),
            "values": rows["values"],
            "raw": "\\\\x" + pl.Series(raws, dtype=pl.Binary).bin.encode("hex"),
            "digest": "\\\\x" + pl.Series(digests, dtype=pl.Binary).bin.encode("hex"),
            "findings": rows["findings"],
        }
    )
    parts = ["key", pl.lit(party), "values", "raw", "digest", "findings"]
    return told.select(pl.concat_str(parts, separator="\t").alias("said")).to_series()


def _terms(keys: pl.Series, found: Mapping[str, pl.DataFrame], known: Catalogue) -> pl.DataFrame:
    """``place`` and ``term`` (kind and text, as COPY takes them) of all that finds the rows."""
    exact = [
        one.select(term=pl.col("terms").str.split("\n")).with_row_index("place").drop_nulls().explode("term")
        for name, one in found.items()
        if name in known.exact
    ]
    names = name_lines([found[name]["folded"] for name in known.names if name in found])
    by_key = pl.DataFrame({"term": key_lines(keys)}).with_row_index("place")
    return pl.concat([by_key, *exact, names]).filter(pl.col("term") != "")
