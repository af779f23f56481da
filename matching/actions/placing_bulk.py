"""Placing a large load as a whole: its records are compared with each other and with all that share a key, at once.

One such run at a time. What it leaves (because somebody wrote to the same blocks meanwhile, or a customer went) is
placed record by record afterwards.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from django.db.models import Count
from django.utils.translation import gettext as _

from cmdm.database.beside import beside
from cmdm.errors import Stale
from cmdm.models import User
from customers.models import SourceRecord
from customers.ports import PlacedMany
from customers.queries.handed import Handed
from customers.queries.unwritten import Unwritten
from customers.rules.batching import ahead
from matching.actions import key_rows, models
from matching.actions.comparing import Compared, Progress, compare, quiet
from matching.actions.placing_composed import Slice, begin
from matching.actions.placing_plans import Plans, plan
from matching.actions.placing_slices import Since, Writing, finish, write_slice
from matching.actions.placing_turns import Turn, alone, in_turn, writers
from matching.engine.bulk.lists import Ints
from matching.queries.models import InForce, models_coming, models_in_force
from matching.queries.stored import Stored, comparable, stored, stored_now, stored_soon

ROWS = 10_000  # of one slice
AHEAD = 2  # slices that are composed while one is written


def place_all(
    records: Sequence[int],
    *,
    actor: User,
    hold: Callable[[], None],
    progress: Progress,
    handed: Handed | None = None,
) -> PlacedMany:
    """Place as many of these records (ids) as can be placed at once; those placed already are passed over.

    :param handed: what some of them said when they were stored; or all of them, which are written with their customers.
        Of those none is placed where another record has a key of one of them: they are left as they are.
    """
    total = PlacedMany(0, 0, 0, 0)
    # Of a list Django would look at every item, whether it is an expression.
    wanted = array("q", records)
    with alone():
        _size(wanted, handed)
        for party, chosen in _largest_first(wanted, handed):
            if party not in models_coming():
                made = _place_party(chosen, wanted, actor=actor, hold=hold, progress=progress, handed=handed)
                total = _sum(total, made)
    return total


def _largest_first(records: Sequence[int], handed: Handed | None) -> list[tuple[str, InForce]]:
    """The models, that of most records first: the keys of those that come later are looked for among theirs."""
    counts = handed.counts() if isinstance(handed, Unwritten) else _counts(records)
    return sorted(models_in_force().items(), key=lambda one: (-counts.get(one[0], 0), one[0]))


def _counts(records: Sequence[int]) -> dict[str, int]:
    waiting = SourceRecord.objects.filter(pk__among=records).values("party_type").annotate(count=Count("pk"))
    return dict(waiting.values_list("party_type", "count"))


def _size(records: Sequence[int], handed: Handed | None) -> None:
    """A load large enough to tell brings the shipped models to the size that the hub will have."""
    if len(records) >= models.FEWEST:
        more = handed.counts() if isinstance(handed, Unwritten) else {}
        for party in models_in_force():
            models.size(party, comparable(party).count() + more.get(party, 0))


def _sum(one: PlacedMany, other: PlacedMany) -> PlacedMany:
    return PlacedMany(
        one.records + other.records, one.founded + other.founded, one.linked + other.linked, one.asked + other.asked
    )


def _place_party(
    chosen: InForce,
    records: Sequence[int],
    *,
    actor: User,
    hold: Callable[[], None],
    progress: Progress,
    handed: Handed | None,
) -> PlacedMany:
    since = Since.now()
    total = PlacedMany(0, 0, 0, 0)
    quiet(progress)(0, None, _("Reading"))
    if isinstance(handed, Unwritten):
        since = since.after(handed.last())
        known = stored_soon(chosen.model, handed)
    else:
        rows = comparable(chosen.model.party_type).filter(pk__among=records, placed_at__isnull=True)
        known = stored_now(chosen.model, rows, handed)
    writing = _planned(chosen, known, since, handed, actor=actor, progress=progress) if len(known) else None
    if writing is None:
        return total
    progress(0, len(known), _("Writing"))
    if handed is not None:
        handed.lay(writing.plans.compared.stored.ids[writing.plans.rows.values])
    done = 0
    with beside() as others, writers() as by:
        begun = (
            begin(writing.plans, writing.keys, writing.version, some, others, actor, handed)
            for some in _slices(writing.plans)
        )
        write = partial(_write, writing, actor=actor, hold=hold)
        for piece, made in in_turn(ahead(begun, AHEAD), by, write):
            total = _sum(total, made)
            done += len(writing.plans.rows_of(piece.numbers))
            progress(done, len(known), _("Writing"))
    finish(writing, actor=actor, hold=hold)
    return total


def _write(writing: Writing, piece: Slice, turn: Turn, *, actor: User, hold: Callable[[], None]) -> PlacedMany:
    """Write a slice; nothing of it where one of its records is not as it was read."""
    try:
        with turn.taken(), writing.undone(piece.numbers):
            founding = piece.coming.result()
            return write_slice(writing, piece.numbers, actor=actor, hold=hold, turn=turn, founding=founding)
    except Stale:
        return PlacedMany(0, 0, 0, 0)


def _planned(
    chosen: InForce, known: Stored, since: Since, handed: Handed | None, *, actor: User, progress: Progress
) -> Writing | None:
    """Compare and decide; where the hub has records with the same keys they are read, too.

    Nothing where it has some and those that come are not written yet.
    """
    model = chosen.model
    fresh = np.ones(len(known), dtype=bool)
    compared = compare(model, known, report=quiet(progress), fresh=fresh, keep=True)
    if not key_rows.stored_any():
        return _settled(chosen, compared, fresh, since, actor)
    made = key_rows.key_rows(model, known, compared.blocks)
    met = key_rows.sharers(made.digests.values)
    if not met:
        return _writing(chosen, plan(compared, fresh), made, since, actor)
    if isinstance(handed, Unwritten):
        return None
    own = set(known.ids.tolist())
    rows = SourceRecord.objects.current().filter(pk__among=sorted(met | own))
    known = stored(model, rows)
    fresh = np.isin(known.ids, np.array(sorted(own)))
    compared = compare(model, known, report=quiet(progress), fresh=fresh, keep=True)
    return _settled(chosen, compared, fresh, since, actor)


def _settled(chosen: InForce, compared: Compared, fresh: Ints, since: Since, actor: User) -> Writing:
    """Decide, and make the keys beside it."""
    with beside() as others:
        coming = others.submit(key_rows.key_rows, chosen.model, compared.stored, compared.blocks)
        plans = plan(compared, fresh)
        return _writing(chosen, plans, coming.result(), since, actor)


def _writing(chosen: InForce, plans: Plans, made: key_rows.KeyRows, since: Since, actor: User) -> Writing:
    plans.compared.forget()
    return Writing(plans, made, chosen.version, since, actor)


def _slices(plans: Plans) -> Iterator[range]:
    """The numbers of the groups of each slice: as many as have so many rows together."""
    starts = plans.rows.starts
    begin = 0
    while begin < len(plans):
        end = min(int(np.searchsorted(starts, starts[begin] + ROWS)), len(plans))
        yield range(begin, end)
        begin = end
