"""What a person saw when giving a verdict, and what of it is different by now."""

import json
from collections.abc import Sequence

from cmdm import crypto
from customers.models import SourceRecord
from customers.queries.catalogue import catalogue
from customers.sealing import open_values
from matching.models import Verdict


def seen_digests(record: SourceRecord, compared: Sequence[str]) -> dict[str, str]:
    """Keyed digest, in hex, of every attribute with a match role that the record gives."""
    values = open_values(record.compared)
    return {
        name: crypto.digest(json.dumps(values[name], sort_keys=True, ensure_ascii=False), f"seen:{name}").hex()
        for name in compared
        if name in values
    }


def changed_since(verdict: Verdict, records: Sequence[SourceRecord]) -> dict[int, list[tuple[str, str]]]:
    """By record (id) the attributes that are not as they were seen, and how: added, removed or changed."""
    compared = catalogue().compared
    found = {}
    for record in records:
        before, now = verdict.seen.get(str(record.pk)), seen_digests(record, compared)
        if before is None or before == now:
            continue
        names = [name for name in compared if before.get(name) != now.get(name)]
        found[record.pk] = [(name, _how(name in before, name in now)) for name in names]
    return found


def _how(was: bool, is_now: bool) -> str:
    return "changed" if was and is_now else "added" if is_now else "removed"
