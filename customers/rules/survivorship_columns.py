"""Survivorship of many customers at once: what :func:`customers.rules.survivorship.golden` makes of each, in columns.

Values are texts (JSON in the one written form): what nobody has to compare is never read. Left to the function are
attributes that survive together, trust that ages or is lowered where validation failed, corrections and pins.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from customers.rules.claims import GRAINS, AttributeRule, kind_said, parts_said, plain_key, size_of
from customers.rules.lineages import CODES, ONLY

KEPT = ("customer", "value", "lineage", "low", "high", "short", "named")
Trust = Callable[[int, str], int]
Rank = list[tuple[str, pl.Expr]]
_MEASURES: Mapping[str, tuple[pl.Expr, ...]] = {
    "most_trusted": (-pl.col("worth"),),
    "most_recent": (-pl.col("age"),),
    "most_frequent": (-pl.col("count"),),
    "most_complete": (-pl.col("filled"), -pl.col("signs")),
    "earliest": (pl.col("age"),),
    "verified_first": (~pl.col("verified"),),
    "all": (),
}
_SAID = ~pl.col("value").is_in(["null", '""'])
_NOT_VERIFIED = pl.lit(value=False).alias("verified")
_ENDS: Rank = [
    ("most_trusted", -pl.col("worth")),
    ("most_recent", -pl.col("age")),
    *[("order", pl.col(name)) for name in ("source", "record", "item")],
]
_FACTS = {
    "value": pl.String,
    "key": pl.String,
    "kind": pl.String,
    "verified": pl.Boolean,
    "parts": pl.Int64,
    "filled": pl.Int64,
    "signs": pl.Int64,
}

_AGREED = {"key": "", "kind": "", "verified": False, "parts": 1, "filled": 0, "signs": 0}


def fits(attributes: Sequence[AttributeRule], half_lives: Iterable[int]) -> bool:
    """Whether these rules can be applied in columns, with sources whose words have these half-lives."""
    odd = any((one.group and not one.many) or one.half_life or one.downgrade for one in attributes)
    return not odd and not any(half_lives)


def survivors(claims: pl.DataFrame, attributes: Sequence[AttributeRule], trust: Trust) -> dict[str, pl.DataFrame]:
    """``customer``, ``value`` and ``lineage`` (both JSON) of all that survives, by the name of the attribute.

    And of the lineage what `lineages` stores: the least and the greatest record that it names (``low``, ``high``), and
    its word where one record stands in front (``short``) and where each names its own (``named``).

    :param claims: ``customer``, ``record``, ``version``, ``source`` and ``age`` (as in ``RecordClaims``), ``alone``
        (whether the customer has no other record), ``name``, ``item`` (place in a many-valued attribute) and ``value``;
        every record once.
    :param trust: in a source (id) for an attribute.
    """
    found = {}
    rules = {one.name: one for one in attributes}
    for (name,), frame in claims.partition_by("name", as_dict=True, include_key=False).items():
        attribute = rules.get(str(name))
        if attribute is None:
            continue
        lonely = pl.col("alone")
        if attribute.many:
            lonely &= ~pl.col("customer").is_in(frame.filter(pl.col("item") > 0)["customer"].unique().implode())
        rest = frame.filter(~lonely)
        sources = rest["source"].unique().to_list()
        worth = [trust(source, attribute.name) * GRAINS for source in sources]
        measured = rest.with_columns(worth=pl.col("source").replace_strict(sources, worth, return_dtype=pl.Int64))
        made = _many(measured, attribute) if attribute.many else _single(measured, attribute)
        found[attribute.name] = pl.concat([_only(frame.filter(lonely), attribute).select(KEPT), made.select(KEPT)])
    return found


def _only(frame: pl.DataFrame, attribute: AttributeRule) -> pl.DataFrame:
    """What the only claim of a customer becomes."""
    said = frame if attribute.many else frame.filter(_SAID)
    item = ['[{"item":', pl.col("item")] if attribute.many else ['{"others":0']
    end = "}]" if attribute.many else "}"
    lineage = _text(*item, ',"record":', pl.col("record"), ',"rule":"only","version":', pl.col("version"), end)
    value = _text("[", pl.col("value"), "]") if attribute.many else pl.col("value")
    word = _word(attribute, _text(CODES["only"], pl.col("item"))) if attribute.many else pl.lit(attribute.name)
    ends = {"low": pl.col("record"), "high": pl.col("record"), "named": pl.lit(None, dtype=pl.String)}
    return said.with_columns(value=value, lineage=lineage, short=word, **ends)


def _word(attribute: AttributeRule, told: pl.Expr) -> pl.Expr:
    """What a lineage of one record says of an attribute."""
    bare = pl.lit(f"{attribute.name}*" if attribute.many else attribute.name)
    return pl.when(told == ONLY).then(bare).otherwise(_text(f"{attribute.name}{'*' if attribute.many else '='}", told))


def _coded(record: pl.Expr, version: pl.Expr, rule: pl.Expr, count: pl.Expr) -> list[pl.Expr]:
    """What an element of a lineage says: where one record stands in front (``short``), and by itself (``named``)."""
    short = _text(rule.replace_strict(CODES, return_dtype=pl.String), count)
    whose = pl.when(version == 1).then(record.cast(pl.String)).otherwise(_text(record, ".", version))
    return [short.alias("short"), _text(whose, short).alias("named")]


def _single(frame: pl.DataFrame, attribute: AttributeRule) -> pl.DataFrame:
    said = frame.filter(_SAID).with_columns(claims=pl.len().over("customer"))
    rivals = said.filter(pl.col("claims") > 1)
    rules = {attribute.rule, *attribute.tie_breakers}
    if rivals.height and rules & {"most_complete", "most_frequent"}:
        rivals = _with_facts(rivals, attribute)
    # A value by itself is never called proved.
    rank = _rank(attribute)
    ranked = _ordered(rivals.with_columns(_NOT_VERIFIED), rank).with_columns(rule=_difference(rank))
    winners = ranked.unique("customer", keep="first", maintain_order=True)
    kept = ["customer", "record", "version", "value", "claims", "rule"]
    alone = said.filter(pl.col("claims") == 1).with_columns(rule=pl.lit("only"))
    others, record, version = pl.col("claims") - 1, pl.col("record"), pl.col("version")
    lineage = _text(
        '{"others":', others, ',"record":', record, ',"rule":"', pl.col("rule"), '","version":', version, "}"
    )
    won = pl.concat([alone.select(kept), winners.select(kept)])
    told = won.with_columns(*_coded(record, version, pl.col("rule"), others), lineage=lineage, low=record, high=record)
    return told.with_columns(
        short=_word(attribute, pl.col("short")), named=_text(f"{attribute.name}=", pl.col("named"))
    )


def _many(frame: pl.DataFrame, attribute: AttributeRule) -> pl.DataFrame:
    said = frame.with_columns(claims=pl.len().over("customer"), records=pl.col("record").n_unique().over("customer"))
    rivals = said.filter(pl.col("claims") > 1)
    kept = ["customer", "record", "version", "item", "value", "records"]
    best = _distinct(_with_facts(rivals, attribute), attribute).select(kept) if rivals.height else rivals.select(kept)
    chosen = pl.concat([said.filter(pl.col("claims") == 1).select(kept), best])
    rule = pl.when(pl.col("records") == 1).then(pl.lit("only")).otherwise(pl.lit(attribute.rule))
    item, record, version = pl.col("item"), pl.col("record"), pl.col("version")
    lineage = _text('{"item":', item, ',"record":', record, ',"rule":"', rule, '","version":', version, "}")
    told = chosen.with_columns(rule=rule)
    told = told.with_columns(*_coded(record, version, pl.col("rule"), item), lineage=lineage)
    lists = [pl.col(name).str.join(",") for name in ("value", "lineage", "short", "named")]
    ends = [record.min().alias("low"), record.max().alias("high")]
    joined = told.group_by("customer", maintain_order=True).agg(*lists, *ends)
    enclosed = [_text("[", pl.col(name), "]").alias(name) for name in ("value", "lineage")]
    words = [_word(attribute, pl.col("short")), _text(f"{attribute.name}*", pl.col("named")).alias("named")]
    return joined.with_columns(*enclosed, short=words[0], named=words[1])


def _text(*parts: str | pl.Expr) -> pl.Expr:
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])


def _distinct(frame: pl.DataFrame, attribute: AttributeRule) -> pl.DataFrame:
    """Of claims that say the same the best witness, in order; one without a kind joins the best one that has one."""
    sparse = pl.col("parts") * 2 <= pl.col("parts").max().over("customer")
    rank = [("most_complete", sparse), *_rank(attribute)]
    ranked = _ordered(frame, rank).with_row_index("rank")
    kinds = ranked.filter(pl.col("kind") != "").unique(["customer", "key"], keep="first", maintain_order=True)
    named = kinds.select("customer", "key", first_kind="kind")
    with_kind = ranked.join(named, on=["customer", "key"], how="left", maintain_order="left")
    meant = pl.when(pl.col("kind") != "").then("kind").otherwise(pl.col("first_kind").fill_null(""))
    grouped = with_kind.with_columns(meant=meant)
    placed = grouped.with_columns(place=pl.col("rank").min().over("customer", "key", "meant"))
    witnesses = placed.sort("customer", "place", ~pl.col("verified"), pl.col("kind") == "", "rank")
    return witnesses.unique(["customer", "place"], keep="first", maintain_order=True)


def _rank(attribute: AttributeRule) -> Rank:
    ruled = [(name, each) for name in (attribute.rule, *attribute.tie_breakers) for each in _MEASURES[name]]
    return [*ruled, *_ENDS]


def _ordered(frame: pl.DataFrame, rank: Rank) -> pl.DataFrame:
    """Best first within each customer; a rank is smaller the better, and no two claims have the same one."""
    columns = [each.alias(f"rank{place}") for place, (_name, each) in enumerate(rank)]
    lacking = {"filled", "signs", "count"} - set(frame.columns)
    ready = frame.with_columns([pl.lit(0).alias(name) for name in sorted(lacking)]).with_columns(columns)
    return ready.sort("customer", *[f"rank{place}" for place in range(len(rank))])


def _difference(rank: Rank) -> pl.Expr:
    """The rule by which a claim stands before the next one."""
    said: Any = pl
    for place, (name, _each) in enumerate(rank):
        mine = pl.col(f"rank{place}")
        said = said.when(mine != mine.shift(-1)).then(pl.lit(name))
    told: pl.Expr = said.otherwise(pl.lit("order"))
    return told


def _with_facts(frame: pl.DataFrame, attribute: AttributeRule) -> pl.DataFrame:
    """What the rules ask of values themselves, each distinct one read once; of those that are all the same within their
    customer nothing has to be asked.
    """
    other = frame.with_columns(other=pl.col("value") != pl.col("value").first().over("customer"))
    asked = other.with_columns(asked=pl.when(pl.col("other").any().over("customer")).then("value"))
    texts = asked["asked"].drop_nulls().unique().to_list()
    measured = "most_complete" in (attribute.rule, *attribute.tie_breakers)
    facts = _facts(texts, attribute, measured=measured)
    known = asked.join(facts.rename({"value": "asked"}), on="asked", how="left", maintain_order="left").drop(
        "asked", "other"
    )
    known = known.with_columns([pl.col(name).fill_null(value) for name, value in _AGREED.items()])
    return known.with_columns(count=pl.col("record").n_unique().over("customer", "key").cast(pl.Int64))


def _facts(texts: Sequence[str], attribute: AttributeRule, *, measured: bool) -> pl.DataFrame:
    values = json.loads(f"[{','.join(texts)}]")
    sizes = [size_of(value) for value in values] if measured else [(0, 0)] * len(values)
    elements = values if attribute.many else []
    facts = {
        "value": texts,
        "key": [attribute.key(value) or plain_key(value) for value in values],
        "kind": [kind_said(each) for each in elements] or "",
        "verified": [bool(each.get("verified")) for each in elements] or False,
        "parts": [parts_said(each) for each in elements] or 1,
        "filled": [filled for filled, _signs in sizes],
        "signs": [signs for _filled, signs in sizes],
    }
    return pl.DataFrame(facts, schema=_FACTS)
