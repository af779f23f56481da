"""Composing a slice of a load: what is written of the groups that found customers, made while another is written.

It is read, too, by whoever composes: the connection that writes never waits for it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
import polars as pl

from cmdm.database.columns import written
from cmdm.database.copying import drawn
from cmdm.models import User
from customers.actions import composing, composing_columns
from customers.actions.composing import Composed
from customers.models import Customer
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.handed import Handed
from customers.queries.open_records import Waiting, standing_words, waiting
from customers.queries.unwritten import Unwritten
from customers.queries.waiting_columns import WaitingColumns, waiting_columns
from matching.actions import key_rows, ledger_lines
from matching.actions.comparing import Compared
from matching.actions.key_rows import KeyLines, KeyRows
from matching.actions.ledger_entries import Placed
from matching.actions.placing_plans import Plans
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.scoring import Scores
from matching.engine.bulk.telling import told_in_columns
from matching.engine.evidence import Score


@dataclass(frozen=True)
class Founding:
    """Groups (numbers) that found customers, and all lines that are written of them."""

    numbers: Sequence[int]
    customers: Composed
    keys: KeyLines
    ledger: bytes


@dataclass(frozen=True)
class Slice:
    """Some groups (numbers), and what comes of the founding ones: None where they are written from their rows."""

    numbers: Sequence[int]
    coming: Future[Founding | None]


def begin(
    plans: Plans,
    keys: KeyRows,
    version: int,
    numbers: Sequence[int],
    others: Executor,
    actor: User,
    handed: Handed | None,
) -> Slice:
    """Have a slice composed."""
    return Slice(numbers, others.submit(_composed, plans, keys, version, numbers, actor, handed))


def _composed(
    plans: Plans, keys: KeyRows, version: int, numbers: Sequence[int], actor: User, handed: Handed | None
) -> Founding | None:
    """The founding groups among these; a few queries."""
    fresh = [number for number in numbers if not plans.customer(number)]
    stored, known = plans.compared.stored, catalogue()
    rows = plans.rows_of(fresh)
    records = stored.ids[rows].tolist()
    read = _read(records, known, handed) if records else None
    if read is None:
        return None
    customers = drawn(Customer, len(fresh))
    sizes = plans.rows.counts[fresh]
    try:
        if isinstance(read, WaitingColumns):
            owners = pl.DataFrame({"record": records, "customer": np.repeat(customers, sizes)})
            made = composing_columns.compose(stored.columns.party_type, customers, owners, read, known)
        else:
            groups = [records[end - size : end] for size, end in zip(sizes, accumulate(sizes), strict=True)]
            made = composing.compose(stored.columns.party_type, customers, groups, read, known)
    except KeyError:
        return None
    if isinstance(handed, Unwritten):
        made = replace(made, brought=handed.brought(made.records, made.owners))
    ledger = _entered(plans, version, dict(zip(fresh, customers, strict=True)), actor)
    return Founding(fresh, made, key_rows.lines(plans.compared.scorer.model, stored, keys, rows), ledger)


def _read(records: list[int], known: Catalogue, handed: Handed | None) -> Waiting | WaitingColumns | None:
    """What composing needs of records, in columns unless a rule has to look at every customer by itself."""
    in_columns = composing_columns.fits(known, standing_words())
    return waiting_columns(records, handed) if in_columns else waiting(records)


def entries(plans: Plans, version: int, customer_of: Mapping[int, int]) -> list[Placed]:
    """Foundings by the first row of a group, links of all others with the pair that brought them in."""
    compared = plans.compared
    ids = compared.stored.ids
    founded, linked = _by_deed(plans, customer_of)
    placed = [Placed(customer, int(ids[row])) for row, customer in founded.iter_rows()]
    scores = compared.scores.where(linked["place"].to_numpy())
    told = compared.scorer.told(scores) if len(linked) else []
    others = _others(compared, scores, linked).tolist()
    for (row, customer, _place), other, score in zip(linked.iter_rows(), others, told, strict=True):
        placed.append(Placed(customer, int(ids[row]), _evidence(other, score), score.probability, version))
    return placed


def _by_deed(plans: Plans, customer_of: Mapping[int, int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that found their customers, and rows that are linked with the place of the pair that brought them in."""
    members = plans.rows.take(np.array(list(customer_of), dtype=np.int64))
    owners = np.repeat(np.array(list(customer_of.values()), dtype=np.int64), members.counts)
    places = plans.via[members.values]
    founding = np.zeros(len(owners), dtype=bool)
    for number, begin in zip(customer_of, members.starts.tolist(), strict=False):
        customer = plans.customer(number)
        founding[begin] = not customer
        if customer:
            places[begin] = plans.options[number][customer]
    rows = pl.DataFrame({"row": members.values, "customer": owners, "place": places})
    return rows.filter(founding).drop("place"), rows.filter(~founding)


def _others(compared: Compared, scores: Scores, linked: pl.DataFrame) -> Ints:
    """The records (ids) with which the pairs (of these scores) brought rows in."""
    rows = linked["row"].to_numpy()
    found: Ints = compared.stored.ids[np.where(scores.left == rows, scores.right, scores.left)]
    return found


def _entered(plans: Plans, version: int, customer_of: Mapping[int, int], actor: User) -> bytes:
    """The lines of the same as COPY takes them, in columns."""
    compared = plans.compared
    ids = compared.stored.ids
    founded, linked = _by_deed(plans, customer_of)
    first = ledger_lines.foundings(actor, founded["customer"], pl.Series(ids[founded["row"].to_numpy()]))
    if not len(linked):
        return written(first)
    scores = compared.scores.where(linked["place"].to_numpy())
    told = told_in_columns(compared.scorer, scores)
    label = [pl.lit(f'{sign}"{name}": ') for sign, name in zip("{,,", ("record", "weight", "levels"), strict=True)]
    others = pl.Series(_others(compared, scores, linked))
    said = [label[0], others, label[1], told.weight, label[2], told.levels, pl.lit("}")]
    records = pl.Series(ids[linked["row"].to_numpy()])
    frame = linked.select("customer", record=records, probability=told.probability)
    links = ledger_lines.links(actor, frame.with_columns(evidence=pl.concat_str(said)), version)
    return written(first) + written(links)


def _evidence(other: int, score: Score) -> dict[str, object]:
    levels = [[one.comparison, one.level, one.weight] for one in score.levels]
    return {"record": other, "weight": score.weight, "levels": levels}
