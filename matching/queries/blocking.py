"""Match keys as they are stored: keyed digests of match space, party type, rule and text."""

from collections.abc import Iterable

from cmdm import crypto
from cmdm.models import Domain
from cmdm.standing import Standing
from matching.engine.features import Features
from matching.engine.keys import Key, keys, subdivide
from matching.engine.model import Model


def match_spaces(domains: Iterable[int]) -> dict[int, str]:
    """The match space of each domain; one query, inside a change none while they stand as they stood."""
    wanted = set(domains)
    known = standing_spaces()
    if not wanted <= known.keys():
        standing_spaces.forget()
        known = standing_spaces()
    return {domain: known[domain] for domain in wanted}


def _spaces() -> dict[int, str]:
    return dict(Domain.objects.order_by().values_list("pk", "match_space"))


standing_spaces = Standing("match spaces", _spaces, Domain)


def key_digest(space: str, party_type: str, key: Key) -> int:
    """The stored form of a key: signed 64 bits."""
    return crypto.digest64(f"{key_begin(space, party_type, key.rule)}{key.text}", "match-key")


def key_begin(space: str, party_type: str, rule: int) -> str:
    """What the digest of a key is made of, before its text."""
    return f"{space}\0{party_type}\0{rule}\0"


def digests(model: Model, features: Features, space: str) -> list[tuple[int, Key]]:
    """The keys of one record with their digests."""
    return [(key_digest(space, features.party_type, key), key) for key in keys(model, features)]


def finer_digests(model: Model, features: Features, space: str, large: Iterable[Key]) -> list[tuple[int, Key]]:
    """The finer keys of one record, instead of its keys whose blocks are large."""
    made = [Key(key.rule, text) for key in large for text in subdivide(model, features, key)]
    return [(key_digest(space, features.party_type, key), key) for key in made]
