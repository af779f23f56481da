"""What the customers app needs of the apps above it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from cmdm.models import User
from cmdm.ports import Registry, port
from customers.models import Customer, SourceRecord

if TYPE_CHECKING:
    # It needs arrays, which no process imports that has none.
    from customers.queries.handed import Handed


@dataclass(frozen=True)
class Incoming:
    """What is about to be written for one record: opened values, and the match space of its domain."""

    source_id: int
    key: str
    domain_id: int
    party_type: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Placement:
    """Where a record went and why; ``levels`` name comparison, level and weight, never a value.

    ``founded``: its customer was founded with it, and has its golden values.
    """

    record_id: int
    customer_id: int
    decision: str
    rule: str
    probability: float | None = None
    levels: tuple[tuple[str, str, float], ...] = ()
    candidates: tuple[int, ...] = ()
    founded: bool = False


@dataclass(frozen=True)
class PlacedMany:
    """What became of many records: customers founded, records linked to others, pairs asked about."""

    records: int
    founded: int
    linked: int
    asked: int


@dataclass(frozen=True)
class Hanging:
    """A foreign key that hangs on a customer or record, and what deeds do to it."""

    model: str
    field: str
    merge: str
    unmerge: str
    erasure: str


@dataclass(frozen=True)
class Panel:
    """A part of the customer page that an app adds: a template and the function that fills it.

    ``content(customer, user)`` gives the template's context, or nothing where the panel is left out. ``column`` is
    ``main`` or ``side``; ``tab`` is ``overview``, ``records`` or ``history``.
    """

    title: Any
    template: str
    content: Any
    column: str = "side"
    tab: str = "overview"


@dataclass(frozen=True)
class Tab:
    """A tab of the customer page that an app adds; its page is at ``view`` (a URL name that takes the key)."""

    name: str
    title: Any
    view: str


@dataclass(frozen=True)
class WaitingList:
    """Work that is not decided on a card but on a page of its own; it stands beside the review queue.

    ``count(user)`` gives how many rows of the reader's wait there, or nothing where he has no business with it.
    """

    label: Any
    view: str
    icon: str
    count: Callable[[User], int | None]


@dataclass(frozen=True)
class EffectFact:
    """One fact of the effect strip: what a merge of these customers would touch."""

    icon: str
    headline: Any
    detail: Any = ""
    count: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Leaving:
    """Records (ids) that would leave their customer (id) together."""

    customer: int
    records: tuple[int, ...]


@dataclass(frozen=True)
class GroupEffect:
    """What it would touch if each of some groups of customers (ids) became one; a number below zero is what would leave
    a customer, as the mapping tells.

    Found as figures and ids that may be kept as JSON (nothing where nothing is touched), and told in words from them,
    in the language of whoever reads.
    """

    find: Callable[[Sequence[Sequence[int]], User, Mapping[int, Leaving]], Mapping[str, Any]]
    tell: Callable[[Mapping[str, Any]], Sequence[EffectFact]]


@dataclass(frozen=True)
class Word:
    """What one customer stands for in a row where nobody chooses: an icon with its tone, a word, and why or since when.

    ``code`` compares it with the others; empty: nothing was said.
    """

    text: Any
    icon: str
    tone: str = "grey"
    detail: Any = ""
    code: str = ""


@dataclass(frozen=True)
class Standing:
    """A row of the review card that follows from more than values: what each customer stands for, and all as one."""

    label: Any
    words: Sequence[Word]
    joined: Word


@dataclass(frozen=True)
class Inquiry:
    """A question of a steward to a person about his own record: who asked it, what, and when."""

    key: str
    question: str
    asked_at: datetime


@dataclass(frozen=True)
class SaidSame:
    """A person said that records of his are one customer's; ``joined``: by now they are."""

    at: datetime
    ended_at: datetime | None
    joined: bool


@dataclass(frozen=True)
class Instant:
    """Where a moment of a timeline stands: newest first, at one time by kind, then by id, the newest first."""

    at: datetime
    kind: str
    pk: int


@dataclass(frozen=True)
class Moment:
    """One thing that happened to a customer. ``look``: ``did-join``, ``did-person`` or nothing, for data."""

    where: Instant
    icon: str
    words: Any
    detail: Any = ""
    by: str = ""
    look: str = ""


@port("customers.reserve")
def reserve(incoming: Sequence[Incoming]) -> None:
    """Take the bucket locks of what is about to be written, before any row lock."""
    raise NotImplementedError


@port("customers.place")
def place(records: Sequence[SourceRecord], *, actor: User) -> dict[int, Placement]:
    """Find each new or changed record its customer, in this transaction; by record id.

    New records leave with ``customer`` and ``placed_at`` set in the database and on the instances.
    """
    raise NotImplementedError


@port("customers.place_many")
def place_many(
    records: Sequence[int],
    *,
    actor: User,
    hold: Callable[[], None],
    progress: Callable[[int, int | None, str], None],
    handed: "Handed | None" = None,
) -> PlacedMany:
    """Find many stored records (ids) their customers, slice by slice, each slice in a transaction of its own.

    ``hold`` is called first in each of them, ``progress(done, total, phase)`` between them. Records that are placed
    already are passed over, so that it can be called again after it was cut off.

    :param handed: what some of them said when they were stored; it is not read again. Or what all of them say: those
        are written with their customers, and how many were is told.
    """
    raise NotImplementedError


@port("customers.forget_keys")
def forget_keys(records: Sequence[SourceRecord]) -> None:
    """Closed records are compared no longer: drop their match keys and close their candidates."""
    raise NotImplementedError


@port("customers.successors")
def successors(customers: Sequence[Customer]) -> dict[int, list[int]]:
    """Where the records of retired customers lie now: ids of customers, by the id of the retired one."""
    raise NotImplementedError


@port("customers.touched")
def touched(customers: Sequence[Customer], deed: str, *, actor: User) -> None:
    """After customers changed: whatever people still have to decide about them is opened or closed."""
    raise NotImplementedError


class Permission(Protocol):
    """Whether a customer's data may be used: why (a code), and what was said: granted, denied or no statement."""

    @property
    def allowed(self) -> bool:
        """The answer."""

    @property
    def why(self) -> str:
        """The reason for it."""

    @property
    def answer(self) -> str:
        """What was said."""


@port("customers.permitted")
def permitted(
    customers: Sequence[Customer], purpose: str, channel: str, at: datetime, recipient: str = ""
) -> Mapping[int, Permission]:
    """Whether the data of customers may be used for a purpose (key) by this channel, by customer id; one query.

    ``recipient`` is the key of somebody outside to whom they would go.
    """
    raise NotImplementedError


@port("customers.usable")
def usable(
    values: Mapping[int, Mapping[str, Any]], permissions: Mapping[int, Any], channel: str
) -> dict[int, dict[str, Any]]:
    """Opened values by customer without the addresses and numbers that his permission does not cover; one query."""
    raise NotImplementedError


@port("customers.unwanted")
def unwanted(values: Mapping[int, Sequence[tuple[str, Any]]]) -> frozenset[tuple[int, str, str]]:
    """Of addresses and numbers (attribute and element, by customer) those that somebody refused, withdrew or objected
    to: customer, attribute and the element's key; two queries at most.
    """
    raise NotImplementedError


@port("customers.relinked")
def relinked(before: Mapping[int, int], *, actor: User, cause: str) -> None:
    """After records came to lie in other customers: by record (id) where it lay before (0: stored, and in
    none yet). ``cause``: merge, unmerge.
    """
    raise NotImplementedError


@port("customers.inquiries")
def inquiries(records: Sequence[int]) -> Sequence[Inquiry]:
    """What people are still asked about these records (ids) of theirs, the oldest first; one query."""
    raise NotImplementedError


@port("customers.said_same")
def said_same(records: Sequence[int]) -> Sequence[SaidSame]:
    """Where a person said that some of these records (ids) of his are one customer's, newest first; one query."""
    raise NotImplementedError


@port("customers.replied")
def replied(key: str, records: Sequence[int], *, actor: User, answer: str) -> None:
    """A person answers an inquiry about one of these records (ids) of his.

    :raises Refused: it is not asked about them any more, or the answer has no words.
    """
    raise NotImplementedError


@port("customers.asked_about")
def asked_about(records: Sequence[int]) -> int:
    """Of how many of these records (ids) people are or were asked whose they are; one query."""
    raise NotImplementedError


@port("customers.lowered")
def lowered() -> frozenset[int]:
    """The domains (ids) in which the machine proposes instead of joining: too few of its joins were right.

    A link or merge is automatic only where none of the domains that it touches is among them. One query a change.
    """
    raise NotImplementedError


hangings: Registry[Hanging] = Registry("foreign key")
panels: Registry[Panel] = Registry("panel")
tabs: Registry[Tab] = Registry("tab")
waiting_lists: Registry[WaitingList] = Registry("waiting list")
# What customers' data may be used for, as an export offers it: codes (``purpose/channel``) and labels.
uses: Registry[Callable[[], Sequence[tuple[str, Any]]]] = Registry("use")
# What happened to a customer, by kind: ``told(customer, user, before, size)`` gives the moments after (older than) a
# place in their order, as far as the reader may know of them.
moments: Registry[Callable[[Customer, User, Instant | None, int], Sequence[Moment]]] = Registry("kind of moment")
# Why records (ids) lie in their customer, in words.
reasons: Registry[Callable[[Sequence[int], User], Mapping[int, Any]]] = Registry("reason")
effects: Registry[Any] = Registry("effect")
# What customers stand for beside each other, in rows of the review card that nobody chooses from.
standings: Registry[Callable[[Sequence[Customer], User], Sequence[Standing]]] = Registry("standing")
# What goes along when records (ids) are taken out of a customer, and what stays with the others (ids).
partings: Registry[Callable[[Sequence[int], Sequence[int], User], Sequence[EffectFact]]] = Registry("parting")
# All together, for the rehearsal of a match model and cards of many customers.
group_effects: Registry[GroupEffect] = Registry("group effect")
# How much hangs on customers (ids) besides their records, by customer: what a wrong answer about them would touch.
impacts: Registry[Callable[[Sequence[int]], Mapping[int, int]]] = Registry("impact")
