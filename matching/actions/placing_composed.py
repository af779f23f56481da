"""Composing a slice of a load: what is written of the groups that found customers, made while another is written.

It is read, too, by whoever composes: the connection that writes never waits for it.
"""

from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from itertools import accumulate, chain

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
from matching.actions.key_rows import KeyLines, KeyRows
from matching.actions.ledger_entries import Placed
from matching.actions.placing_plans import Plans
from matching.engine.bulk.telling import told_in_columns
from matching.engine.evidence import Score


@dataclass(frozen=True)
class Founding:
    """Groups (numbers) that found customers, and all lines that are written of them."""

    numbers: list[int]
    customers: Composed
    keys: KeyLines
    ledger: bytes


@dataclass(frozen=True)
class Slice:
    """Some groups (numbers), and what comes of the founding ones: None where they are written from their rows."""

    numbers: list[int]
    coming: Future[Founding | None]


def begin(
    plans: Plans, keys: KeyRows, version: int, numbers: list[int], others: Executor, actor: User, handed: Handed | None
) -> Slice:
    """Have a slice composed."""
    return Slice(numbers, others.submit(_composed, plans, keys, version, numbers, actor, handed))


def _composed(
    plans: Plans, keys: KeyRows, version: int, numbers: list[int], actor: User, handed: Handed | None
) -> Founding | None:
    """The founding groups among these; a few queries."""
    fresh = [number for number in numbers if plans.groups[number].decision.kind != "link"]
    stored, known = plans.compared.stored, catalogue()
    held = [plans.groups[number].rows for number in fresh]
    rows = np.array(list(chain.from_iterable(held)), dtype=np.int64)
    records = stored.ids[rows].tolist()
    read = _read(records, known, handed) if records else None
    if read is None:
        return None
    customers = drawn(Customer, len(fresh))
    sizes = [len(each) for each in held]
    groups = [records[end - size : end] for size, end in zip(sizes, accumulate(sizes), strict=True)]
    try:
        if isinstance(read, WaitingColumns):
            made = composing_columns.compose(stored.columns.party_type, customers, groups, read, known)
        else:
            made = composing.compose(stored.columns.party_type, customers, groups, read, known)
    except KeyError:
        return None
    if isinstance(handed, Unwritten):
        made = replace(made, brought=handed.brought(made.records, made.owners))
    owners = dict(zip(fresh, customers, strict=True))
    ledger = _entered(plans, version, owners, actor)
    return Founding(fresh, made, key_rows.lines(plans.compared.scorer.model, stored, keys, rows), ledger)


def _read(records: list[int], known: Catalogue, handed: Handed | None) -> Waiting | WaitingColumns | None:
    """What composing needs of records, in columns unless a rule has to look at every customer by itself."""
    in_columns = composing_columns.fits(known, standing_words())
    return waiting_columns(records, handed) if in_columns else waiting(records)


def entries(plans: Plans, version: int, customer_of: dict[int, int]) -> list[Placed]:
    """Foundings by the first row of a group, links of all others with the pair that brought them in."""
    compared = plans.compared
    ids, scores = compared.stored.ids, compared.scores
    founded, links = _by_deed(plans, customer_of)
    placed = [Placed(customer, int(ids[row])) for row, customer in founded]
    told = compared.scorer.told(scores.where(np.array([place for _row, _customer, place in links]))) if links else []
    for (row, customer, place), score in zip(links, told, strict=True):
        other = scores.right[place] if scores.left[place] == row else scores.left[place]
        placed.append(Placed(customer, int(ids[row]), _evidence(int(ids[other]), score), score.probability, version))
    return placed


def _by_deed(plans: Plans, customer_of: dict[int, int]) -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]]:
    """Rows that found their customers, and rows that are linked with the place of the pair that brought them in."""
    founded: list[tuple[int, int]] = []
    links: list[tuple[int, int, int]] = []
    for number, customer in customer_of.items():
        group = plans.groups[number]
        first = group.rows[0]
        if group.decision.kind == "link":
            links.append((first, customer, group.options[customer]))
        else:
            founded.append((first, customer))
        links += [(row, customer, group.via[row]) for row in group.rows[1:]]
    return founded, links


def _entered(plans: Plans, version: int, customer_of: dict[int, int], actor: User) -> bytes:
    """The lines of the same as COPY takes them, in columns."""
    compared = plans.compared
    ids = compared.stored.ids
    deeds = _by_deed(plans, customer_of)
    founded, linked = (np.array(each, dtype=np.int64).reshape(-1, 2 + nth) for nth, each in enumerate(deeds))
    first = ledger_lines.foundings(actor, pl.Series(founded[:, 1]), pl.Series(ids[founded[:, 0]]))
    if not len(linked):
        return written(first)
    scores = compared.scores.where(linked[:, 2])
    told = told_in_columns(compared.scorer, scores)
    others = ids[np.where(scores.left == linked[:, 0], scores.right, scores.left)]
    label = [pl.lit(f'{sign}"{name}": ') for sign, name in zip("{,,", ("record", "weight", "levels"), strict=True)]
    said = [label[0], pl.Series(others), label[1], told.weight, label[2], told.levels, pl.lit("}")]
    frame = pl.DataFrame({"customer": linked[:, 1], "record": ids[linked[:, 0]], "probability": told.probability})
    links = ledger_lines.links(actor, frame.with_columns(evidence=pl.concat_str(said)), version)
    return written(first) + written(links)


def _evidence(other: int, score: Score) -> dict[str, object]:
    levels = [[one.comparison, one.level, one.weight] for one in score.levels]
    return {"record": other, "weight": score.weight, "levels": levels}
