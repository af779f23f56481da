"""Background work of matching."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_noop

from cmdm.jobs import HandOn, Running, job
from matching.actions import asking, counting, householding, learning, matching, models, rehearsing, rekeying, training
from matching.models import MatchModel
from matching.queries.models import REHEARSE, REKEY, read_model

ADDING, TIDYING = gettext_noop("Adding keys"), gettext_noop("Tidying keys")


@job("matching.match")
def match(job: Running) -> dict[str, Any]:
    """Compare customers; started again after a kill it finds what is left to join and to ask."""
    found = matching.run(
        actor=job.actor,
        everything=bool(job.arguments.get("everything")),
        progress=patiently(job),
    )
    return asdict(found)


@job(asking.TRAIN)
def train(job: Running) -> dict[str, Any]:
    """Learn a draft from the records."""
    return _learned(lambda: training.train(str(job.arguments["party"]), actor=job.actor, report=patiently(job)))


@job(asking.LEARN)
def learn(job: Running) -> dict[str, Any]:
    """Correct the model in force by people's answers."""
    return _learned(lambda: learning.learn(str(job.arguments["party"]), actor=job.actor, report=patiently(job)))


def _learned(learn: Callable[[], MatchModel]) -> dict[str, Any]:
    """The version that came of it; one that was there already is no failure."""
    try:
        row = learn()
        return {"model": f"{row.party_type}:{row.version}"}
    except models.SameModel as same:
        return {"model": f"{same.row.party_type}:{same.row.version}", "told": models.NOTHING_NEW}


@job(asking.COUNT)
def count(job: Running) -> dict[str, Any]:
    """Count what each rule of blocking costs and finds; the page of blocks shows the last account."""
    return counting.count_blocking(str(job.arguments["party"]), actor=job.actor, report=patiently(job)).to_dict()


@job(householding.NAME)
def propose_households(job: Running) -> dict[str, Any]:
    """Propose households by what the model says; the account counts what is new, changed and gone."""
    return asdict(householding.run(actor=job.actor, report=patiently(job)))


@job(REHEARSE)
def rehearse(job: Running) -> dict[str, Any]:
    """Find out what a version would do."""
    row = rehearsing.rehearse(MatchModel.objects.get(pk=job.arguments["model"]), actor=job.actor, report=patiently(job))
    return {"model": f"{row.party_type}:{row.version}"}


def patiently(job: Running) -> Callable[[int, int | None, str], None]:
    """Progress of work that is not cut into slices: it keeps its place until it is done or stopped."""

    def report(done: int, total: int | None, phase: str) -> None:
        with suppress(HandOn):
            job.progress(done, total, phase)

    return report


@job(REKEY)
def rekey(job: Running) -> dict[str, Any]:
    """Give all records the keys of a model that is being promoted, let it come into force, drop the old keys."""
    row = MatchModel.objects.filter(pk=job.arguments.get("model") or 0).first()
    if row is not None and row.promoting_since is not None:
        model = read_model(row)
        walk(job, ADDING, lambda after: rekeying.add_next(model, after, actor=job.actor, hold=job.hold))
        row = models.switch(row, actor=job.actor)
    party = row.party_type if row is not None else str(job.arguments["party"])
    walk(job, TIDYING, lambda after: rekeying.tidy_next(party, after, actor=job.actor, hold=job.hold))
    return {"blocks_gone": rekeying.forget_blocks(party, actor=job.actor)}


def walk(job: Running, phase: str, step: Callable[[int], int | None]) -> None:
    """Go through records by id from where this phase stands; the number done is the last record's id."""
    after = job.row.done if job.row.phase == phase else 0
    while (done := step(after)) is not None:
        after = done
        job.progress(after, phase=phase)
