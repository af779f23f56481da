"""Stewardship's part of the data map and of the start page."""

from cmdm.datamap import declare
from cmdm.startpage import parts
from stewardship.queries import verifying  # noqa: F401
from stewardship.queries.start import open_work

declare(
    "stewardship.Task",
    none="id queue status round domains customers score priority why differs pin taken_by taken_until opened_at "
    "done_at change",
)
declare("stewardship.TaskCandidate", none="id task candidate open")
declare(
    "stewardship.Answer",
    whose="customer",
    none="id task round by at decision versions partition withdrawn_at change",
    free_text="reason",
)

parts.add("stewardship", open_work, order=20)
