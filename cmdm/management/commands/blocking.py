"""`manage.py blocking count|suggest`: what each rule of blocking costs and finds, and which rules would do."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from matching.actions.counting import count_blocking
from matching.queries.blocking_counts import BlockingCounts
from matching.queries.differences import in_words
from matching.rules.blocking import RuleCount


class Command(HubCommand):
    """Pairs, largest blocks, and recall against people's answers and against wider rules."""

    help = "Count what each rule of blocking costs and finds, or suggest rules."

    def arguments(self, parser: ArgumentParser) -> None:
        """Of whom."""
        parser.add_argument("deed", choices=["count", "suggest"])
        parser.add_argument("party", nargs="?", default="person", help=_("person (the default) or organisation"))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Count."""
        found = count_blocking(options["party"], actor=actor, report=self.progress)
        shown = found.suggested if options["deed"] == "suggest" else found.rules
        width = max((len(in_words(one.parts)) for one in shown), default=0)
        return Said("\n".join([*(_line(one, width) for one in shown), _sum(found)]), found.to_dict())


def _line(one: RuleCount, width: int) -> str:
    mark = "*" if one.used else " "
    text = "%(mark)s %(rule)s %(pairs)12s %(largest)9s %(found)7.2f %% %(alone)6.2f %%"
    facts = {
        "mark": mark,
        "rule": in_words(one.parts).ljust(width),
        "pairs": f"{one.pairs:,}",
        "largest": f"{one.largest:,}",
    }
    return text % {**facts, "found": one.found * 100, "alone": one.alone * 100}


def _sum(found: BlockingCounts) -> str:
    text = _(
        "Rule, pairs, largest block, share of likely pairs found, found by no other; * in use. %(records)d records; of "
        "%(likely)d likely pairs the rules in use find %(recall)s, of people's pairs %(answers)s."
    )
    facts = {"recall": _percent(found.recall), "answers": _percent(found.recall_of_answers)}
    return text % {"records": found.records, "likely": found.likely, **facts}


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.2f} %"
