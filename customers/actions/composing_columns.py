"""Composing the customers of a first load in columns: the same as :mod:`composing` makes, which goes one by one."""

from collections.abc import Mapping, Sequence

import polars as pl

from cmdm import crypto, ids
from cmdm.database.columns import written as sent
from customers.actions.composing import Composed
from customers.queries.catalogue import Catalogue
from customers.queries.number_columns import customer_numbers
from customers.queries.open_records import Words
from customers.queries.waiting_columns import WaitingColumns
from customers.rules import survivorship_columns
from customers.rules.json_columns import elements_of, in_one_form, spaced
from customers.rules.survivorship_columns import survivors
from customers.sealing import SEALED, opened_texts, sealed_as_written

_WORDS = ("low", "high", "short", "named")
_SEALED = f'{{"{SEALED}": '


def fits(known: Catalogue, words: Words) -> bool:
    """Whether what these sources say can be composed in columns under the rules of the catalogue."""
    return survivorship_columns.fits(known.rules, [days for one in words.values() for days in one.half_lives.values()])


def compose(
    party_type: str, customers: Sequence[int], owners: pl.DataFrame, waiting: WaitingColumns, known: Catalogue
) -> Composed:
    """The customers (new ids) of records, each of one party type.

    :param owners: ``record`` and ``customer`` (ids), in the order of the customers.
    :raises KeyError: one of the records does not wait any more, or what it says is not of the form of its attribute.
    """
    facts = owners.join(waiting.facts, on="record", how="inner", maintain_order="left")
    facts = facts.with_columns(alone=pl.len().over("customer") == 1)
    if facts.height != owners.height:
        raise KeyError(owners.height - facts.height)
    made = survivors(
        _claims(facts, waiting.said, known), known.rules, lambda source, name: _trust(waiting.words, source, name)
    )
    return _composed(party_type, customers, facts, _written(customers, facts, made, known))


def _trust(words: Words, source: int, name: str) -> int:
    word = words[source]
    return word.by_attribute.get(name, word.trust)


def _claims(facts: pl.DataFrame, said: Sequence[tuple[str, pl.DataFrame]], known: Catalogue) -> pl.DataFrame:
    """What each record claims, opened and in the one written form."""
    found = [pl.DataFrame(schema={"record": pl.Int64, "name": pl.String, "item": pl.Int64, "value": pl.String})]
    for name, frame in said:
        spec = known.specs.get(name)
        if spec is not None:
            opened, parts = _opened(frame, name), sorted({*spec.type.parts, "value"})
            made = elements_of(opened, parts) if spec.many else in_one_form(opened, parts)
            found.append(made.select("record", pl.lit(name).alias("name"), "item", "value"))
    return pl.concat(found).join(facts, on="record", how="inner")


def _opened(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    sealed = frame["value"].str.starts_with(_SEALED)
    opened = opened_texts(name, frame["value"].filter(sealed).to_list())
    return frame.with_columns(value=frame["value"].scatter(sealed.arg_true(), opened)) if opened else frame


def _written(
    customers: Sequence[int], facts: pl.DataFrame, made: Mapping[str, pl.DataFrame], known: Catalogue
) -> pl.DataFrame:
    """``values`` (opened), ``stored`` (sealed where they have to be), ``lineage`` and ``short`` (as that is stored) of
    each customer, in order.
    """
    whole = pl.DataFrame({"customer": list(customers)}, schema={"customer": pl.Int64})
    members: dict[str, list[pl.Series]] = {name: [] for name in ("values", "stored", "lineage", *_WORDS)}
    for name in sorted(made):
        frame = whole.join(made[name], on="customer", how="left", maintain_order="left")
        opened, lineage = (f'"{name}":' + frame[each] for each in ("value", "lineage"))
        stored = f'"{name}":' + _sealed(frame["value"], name) if name in known.sensitive else opened
        for each, column in (("values", opened), ("stored", stored), ("lineage", lineage)):
            members[each].append(column)
        for each in _WORDS:
            members[each].append(frame[each])
    whole = whole.with_columns(_short(members, facts, len(whole)))
    objects = ("values", "stored", "lineage")
    return whole.with_columns([_object(members[each], len(whole)).alias(each) for each in objects])


def _short(members: Mapping[str, Sequence[pl.Series]], facts: pl.DataFrame, count: int) -> pl.Series:
    """Lineages as `lineages.shortened` gives them, in JSON."""
    if not members["short"]:
        return pl.repeat("{}", count, dtype=pl.String, eager=True).alias("short")
    ends = pl.select(low=pl.min_horizontal(members["low"]), high=pl.max_horizontal(members["high"]))
    versions = facts.select(low="record", version="version").unique("low")
    ends = ends.join(versions, on="low", how="left", maintain_order="left")
    words = {name: pl.concat_str(members[name], separator=" ", ignore_nulls=True) for name in ("short", "named")}
    low, version = pl.col("low"), pl.col("version")
    front = pl.when(version == 1).then(low.cast(pl.String)).otherwise(pl.format("{}.{}", low, version))
    several = pl.when(low.is_not_null()).then(pl.format('" {}"', words["named"])).otherwise(pl.lit("{}"))
    told = pl.when(low == pl.col("high")).then(pl.format('"{} {}"', front, words["short"])).otherwise(several)
    return ends.select(told.alias("short")).to_series()


def _sealed(values: pl.Series, name: str) -> pl.Series:
    places = values.is_not_null().arg_true()
    if not len(places):
        return values
    return values.scatter(places, sealed_as_written(name, spaced(values.gather(places)).to_list()))


def _object(members: Sequence[pl.Series], count: int) -> pl.Series:
    """Members put together, those left out that are not there."""
    if not members:
        return pl.repeat("{}", count, dtype=pl.String, eager=True)
    inner = pl.concat_str(members, separator=",", ignore_nulls=True)
    return pl.select(pl.concat_str([pl.lit("{"), inner, pl.lit("}")])).to_series()


def _composed(party_type: str, customers: Sequence[int], facts: pl.DataFrame, written: pl.DataFrame) -> Composed:
    keys = ids.uuid7_texts(len(customers))
    # As `survivorship.canonical_of` puts them together.
    canonical = written.select(
        pl.concat_str([pl.lit('{"lineage":'), "lineage", pl.lit(',"values":'), "values", pl.lit("}")]).cast(pl.Binary)
    )
    digests = crypto.digests(canonical.to_series().to_list(), "golden")
    content = pl.concat_str([pl.col("stored").str.replace_all("\\", "\\\\", literal=True), "short"], separator="\t")
    named = [pl.col("customer").cast(pl.String), pl.Series(keys, dtype=pl.String), customer_numbers(customers)]
    hashes = pl.Series(digests, dtype=pl.Binary).bin.encode("hex")
    parts = [*named, pl.lit(party_type), content, pl.concat_str([pl.lit("\\\\x"), pl.lit(hashes)])]
    lines = written.select(pl.concat_str([pl.concat_str(parts, separator="\t"), pl.lit("\n")])).to_series()
    return Composed(
        customers=list(customers),
        keys=keys,
        lines=sent(lines),
        records=facts["record"].to_list(),
        owners=facts["customer"].to_list(),
        versions=facts["version"].to_list(),
        domains=set(facts.select("customer", "domain").unique().iter_rows()),
    )
