"""Stewardship's part of the data map."""

from cmdm.datamap import declare

declare(
    "stewardship.Task",
    none="id queue status round domains customers score priority why differs pin taken_by taken_until opened_at done_at "
    "change",
)
declare("stewardship.TaskCandidate", none="id task candidate open")
declare(
    "stewardship.Answer",
    whose="customer",
    none="id task round by at decision versions partition withdrawn_at change",
    free_text="reason",
)
