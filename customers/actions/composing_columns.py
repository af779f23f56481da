"""Composing the customers of a first load in columns: the same as :mod:`composing` makes, which goes one by one."""

from collections.abc import Sequence

import polars as pl

from cmdm import crypto, ids
from cmdm.database.columns import written as sent
from customers.actions.composing import Composed
from customers.queries.catalogue import Catalogue
from customers.queries.number_columns import customer_numbers
from customers.queries.open_records import Words
from customers.queries.waiting_columns import WaitingColumns
from customers.rules import survivorship_columns
from customers.rules.json_columns import elements_of, in_one_form
from customers.rules.survivorship_columns import survivors
from customers.sealing import SEALED, opened_texts, sealed_texts

_SEALED = f'{{"{SEALED}": '


def fits(known: Catalogue, words: Words) -> bool:
    """Whether what these sources say can be composed in columns under the rules of the catalogue."""
    return survivorship_columns.fits(known.rules, [days for one in words.values() for days in one.half_lives.values()])


def compose(
    party_type: str,
    customers: Sequence[int],
    groups: Sequence[Sequence[int]],
    waiting: WaitingColumns,
    known: Catalogue,
) -> Composed:
    """The customers (new ids) of groups of records (ids), each of one party type.

    :raises KeyError: one of the records does not wait any more, or what it says is not of the form of its attribute.
    """
    owners = pl.DataFrame(
        {
            "record": [record for group in groups for record in group],
            "customer": [pk for pk, group in zip(customers, groups, strict=True) for _record in group],
        },
        schema={"record": pl.Int64, "customer": pl.Int64},
    )
    facts = owners.join(waiting.facts, on="record", how="inner", maintain_order="left")
    if facts.height != owners.height:
        raise KeyError(owners.height - facts.height)
    made = survivors(
        _claims(facts, waiting.said, known), known.rules, lambda source, name: _trust(waiting.words, source, name)
    )
    return _composed(party_type, customers, facts, _written(customers, made, known))


def _trust(words: Words, source: int, name: str) -> int:
    word = words[source]
    return word.by_attribute.get(name, word.trust)


def _claims(facts: pl.DataFrame, said: pl.DataFrame, known: Catalogue) -> pl.DataFrame:
    """What each record claims, opened and in the one written form."""
    columns = ["record", "name", "item", "value"]
    found = [pl.DataFrame(schema={"record": pl.Int64, "name": pl.String, "item": pl.Int64, "value": pl.String})]
    for (name,), frame in said.partition_by("name", as_dict=True).items():
        spec = known.specs.get(str(name))
        if spec is not None:
            opened, parts = _opened(frame, spec.name), sorted({*spec.type.parts, "value"})
            found.append((elements_of(opened, parts) if spec.many else in_one_form(opened, parts)).select(columns))
    return pl.concat(found).join(facts, on="record", how="inner")


def _opened(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    sealed = frame["value"].str.starts_with(_SEALED)
    opened = opened_texts(name, frame["value"].filter(sealed).to_list())
    return frame.with_columns(value=frame["value"].scatter(sealed.arg_true(), opened)) if opened else frame


def _written(customers: Sequence[int], made: pl.DataFrame, known: Catalogue) -> pl.DataFrame:
    """``values`` (opened), ``stored`` (sealed where they have to be) and ``lineage`` of each customer, in order."""
    stored = made["value"]
    for name in known.sensitive:
        places = (made["name"] == name).arg_true()
        if len(places):
            stored = stored.scatter(places, sealed_texts(name, made["value"].gather(places).to_list()))
    members = {"values": pl.col("value"), "stored": pl.lit(stored), "lineage": pl.col("lineage")}
    label = pl.concat_str([pl.lit('"'), pl.col("name"), pl.lit('":')])
    told = made.select("customer", "name", *[pl.concat_str([label, one]).alias(each) for each, one in members.items()])
    joined = told.sort("customer", "name").group_by("customer").agg([pl.col(each).str.join(",") for each in members])
    whole = pl.DataFrame({"customer": list(customers)}, schema={"customer": pl.Int64})
    enclosed = [pl.concat_str([pl.lit("{"), pl.col(each).fill_null(""), pl.lit("}")]).alias(each) for each in members]
    return whole.join(joined, on="customer", how="left", maintain_order="left").with_columns(enclosed)


def _composed(party_type: str, customers: Sequence[int], facts: pl.DataFrame, written: pl.DataFrame) -> Composed:
    keys = ids.uuid7_texts(len(customers))
    # As `survivorship.canonical_of` puts them together.
    canonical = written.select(
        pl.concat_str([pl.lit('{"lineage":'), "lineage", pl.lit(',"values":'), "values", pl.lit("}")]).cast(pl.Binary)
    )
    digests = crypto.digests(canonical.to_series().to_list(), "golden")
    content = pl.concat_str(["stored", "lineage"], separator="\t").str.replace_all("\\", "\\\\", literal=True)
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
