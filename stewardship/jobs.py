"""Background work of stewardship: counting once a day, and telling owners."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.conf import settings
from django.urls import reverse

from cmdm import audit, jobs
from cmdm.actions import action
from cmdm.actions.domains import role_group_name
from cmdm.models import Domain, Job, User
from consent.jobs.mailing import send
from stewardship.actions import bulk, counting
from stewardship.actions.sampling import TELL
from stewardship.models import BulkDecision, QualityTarget
from stewardship.queries.bulk import DECIDE, UNDO, remaining, undoable

COUNT = "stewardship.count"
OWNER = "data owner"


@jobs.job(COUNT)
def count(job: jobs.Running) -> dict[str, Any]:
    """Count sources for today."""
    return {"counted": counting.count_sources(actor=job.actor)}


@jobs.job(TELL)
def tell_owner(job: jobs.Running) -> dict[str, Any]:
    """Write to the owner of a domain that the machine only proposes there from now on."""
    domain = Domain.objects.select_related("owner").get(pk=job.row.domain_id or 0)
    target = QualityTarget.objects.get(domain=domain)
    page = settings.HUB_URL + reverse("stewardship:policies")
    told = owners(domain)
    for user in told:
        send(user.email, "stewardship/mail/lowered.txt", language="en", domain=domain, target=target, page=page)
    return {"told": len(told)}


def owners(domain: Domain) -> list[User]:
    """The owner of a domain and all data owners there that can be written to."""
    people = User.objects.filter(groups__name=role_group_name(domain, OWNER), is_active=True)
    found = {user.pk: user for user in [*([domain.owner] if domain.owner else []), *people]}
    return [user for user in found.values() if user.email and user.is_active]


@jobs.job(DECIDE)
def decide_many(job: jobs.Running) -> dict[str, Any]:
    """Answer the cards of a bulk decision one by one; goes on where a killed worker left off."""
    found = BulkDecision.objects.get(pk=job.arguments["bulk"])
    left = remaining(found)
    done, total = len(found.tasks) - len(left), len(found.tasks)

    def steps() -> Iterator[Callable[[], None]]:
        for pk in left:
            yield partial(bulk.answer_one, found, pk, actor=job.actor, hold=job.hold)

    return _worked(job, found, steps(), done, total)


@jobs.job(UNDO)
def undo_many(job: jobs.Running) -> dict[str, Any]:
    """Take the answers of a bulk decision back one by one, the newest first."""
    found = BulkDecision.objects.get(pk=job.arguments["bulk"])
    answers = [one for one in undoable(found) if str(one.task_id) not in found.refusals]

    def steps() -> Iterator[Callable[[], None]]:
        for answer in answers:
            yield partial(bulk.undo_one, found, answer, actor=job.actor, hold=job.hold)

    return _worked(job, found, steps(), found.decided - len(answers), found.decided)


def _worked(
    job: jobs.Running, found: BulkDecision, steps: Iterator[Callable[[], None]], done: int, total: int
) -> dict[str, Any]:
    """Do the steps; stopped, what is done stays and the decision is over."""
    try:
        job.progress(done, total, "cards")
        for step in steps:
            step()
            done += 1
            job.progress(done, total)
    except jobs.Cancelled:
        bulk.finish(found, actor=job.actor)
        raise
    ended = bulk.finish(found, actor=job.actor)
    return {"decided": ended.decided, "refused": ended.refused}


@action
def ask_to_count(*, actor: User) -> Job | None:
    """Start counting for today, unless it is done, under way, or there is nothing to count. Refuses nothing."""
    if counting.is_counted() or Job.objects.unfinished().filter(name=COUNT).exists():
        return None
    job = jobs.enqueue(COUNT, actor=actor)
    audit.record(actor, "job.asked", job)
    return job
