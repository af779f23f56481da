"""What a person has allowed and stopped, as that person reads it: per purpose, and per address that he may see.

Only his own proved records are folded. What a stranger's record in the same customer says stops sending all the same,
but it is never told here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cmdm import clock
from consent.models import ConsentEvent, Method, Notice, Purpose
from consent.queries.contacts import ATTRIBUTES, contact_digest, known_points
from consent.queries.portal_data import Held, Holdings
from consent.queries.portal_words import day_in_words
from consent.queries.purposes import Offer, offers, terms
from consent.rules.folding import GRANTING, Act, Because, Standing, State, conflicting, fold, inherited, line, meet
from consent.rules.permitting import CONTRACT, LEGAL, NEEDS, OPT_IN, OPT_OUT
from consent.rules.places import place

SWITCHED = (OPT_IN, OPT_OUT)
SOON = timedelta(days=30)

TITLES: Mapping[str, Any] = {
    "email": gettext_lazy("%(purpose)s by e-mail"),
    "sms": gettext_lazy("%(purpose)s by text message"),
    "phone": gettext_lazy("%(purpose)s by phone"),
    "post": gettext_lazy("%(purpose)s by post"),
    "app": gettext_lazy("%(purpose)s in the app"),
}
# By method: where somebody said something, as it goes on after "you said yes".
WHERE: Mapping[str, Any] = {
    Method.PORTAL: gettext_lazy("here"),
    Method.FORM: gettext_lazy("on a form on the web"),
    Method.LINK: gettext_lazy("by a link in a message"),
    Method.PAPER: gettext_lazy("on paper"),
    Method.PHONE: gettext_lazy("on the phone"),
    Method.GPC: gettext_lazy("by your browser"),
}


@dataclass(frozen=True)
class Switch:
    """One thing to allow or stop: a purpose on one address, on one channel, or as a whole."""

    ref: str
    channel: str
    contact: int | None
    kind: str
    label: str
    value: Any
    on: bool
    words: str
    pending: bool = False
    two_answers: str = ""
    ends_soon: bool = False


@dataclass(frozen=True)
class Topic:
    """A purpose with its notice and its switches; without switches it rests on something else than consent.

    ``kind`` is the strictest of what the places ask for where the person lives.
    """

    purpose: Purpose
    kind: str
    label: str
    description: str
    notice: Notice | None
    panels: tuple[tuple[str, tuple[Switch, ...]], ...] = ()

    @property
    def switches(self) -> list[Switch]:
        return [switch for _title, switches in self.panels for switch in switches]

    @property
    def asking(self) -> list[Switch]:
        """Those with two answers."""
        return [switch for switch in self.switches if switch.two_answers]

    @property
    def may_allow(self) -> bool:
        """Whether there is a text that an answer could be given to."""
        return self.notice is not None


@dataclass(frozen=True)
class _Place:
    """An address of the person: which kind, where it stands, and its contact point if anything was said about it."""

    kind: str
    held: Held
    digest: bytes
    contact: int | None

    @property
    def ref(self) -> str:
        return self.digest.hex()[:32]


@dataclass(frozen=True)
class _Said:
    """The acts on the proved records about each purpose, and how each came about; ``parents`` by purpose (id)."""

    acts: Mapping[int, Mapping[int, Sequence[Act]]]
    events: Mapping[int, ConsentEvent]
    now: datetime
    parents: Mapping[int, int | None]

    def about(self, purpose: int, record: int) -> list[Act]:
        """What counts for the purpose: no to what it is part of is no to it."""
        above = line(self.parents, purpose)
        return inherited([self.acts.get(one, {}).get(record, ()) for one in above])


def topics(anchors: Sequence[int], held: Holdings, put: Mapping[str, datetime] | None = None) -> list[Topic]:
    """Every purpose that is published, in order; five queries.

    :param put: purposes (keys) about which a steward asked the person, and when, because another record of the same
        customer answers differently. What that record is, and what it says, is not told.
    """
    places, said = _places(held), _said(anchors)
    living = [row.value for row in held.rows("address") if row.value and row.value.get("country")]
    countries = {place(one["country"], one.get("region", "")) for one in living}
    made = []
    for one in offers(language()):
        asked = (put or {}).get(one.purpose.key)
        made.append(_topic(one, strictest(one.purpose, countries), places, said, anchors, asked))
    return [topic for topic in made if topic.panels or topic.kind not in SWITCHED]


def strictest(purpose: Purpose, countries: Iterable[str]) -> str:
    """What the use stands on where most is asked for."""
    kinds = {one.kind for one in terms(purpose, countries)}
    return next((kind for kind in (OPT_IN, OPT_OUT, CONTRACT) if kind in kinds), LEGAL)


def language() -> str:
    """The reader's language."""
    return (get_language() or "en").split("-")[0]


def _places(held: Holdings) -> list[_Place]:
    rows = {
        (kind, contact_digest(kind, row.value)): row
        for kind, attribute in ATTRIBUTES.items()
        for row in held.rows(attribute)
        if row.value is not None
    }
    ids = known_points(rows)
    return [_Place(kind, row, digest, ids.get((kind, digest))) for (kind, digest), row in rows.items()]


def _said(anchors: Iterable[int]) -> _Said:
    rows = ConsentEvent.objects.filter(record__in=list(anchors)).order_by("pk")
    events = {row.pk: row for row in rows.select_related("record__source").defer("record__raw", "record__values")}
    acts: dict[int, dict[int, list[Act]]] = defaultdict(lambda: defaultdict(list))
    for row in events.values():
        acts[row.purpose_id][row.record_id].append(act_of(row))
    parents = dict(Purpose.objects.values_list("pk", "parent")) if acts else {}
    return _Said(acts, events, clock.now(), parents)


def act_of(row: ConsentEvent) -> Act:
    """An event as the fold needs it."""
    return Act(
        id=row.pk,
        act=row.act,
        at=row.effective_at,
        channel=row.channel,
        contact=row.contact_id,
        until=row.expires_at,
        names=row.names_id,
        whose=row.actor_kind,
        record=row.record_id,
        group=str(row.group),
        carried=row.carried,
    )


def _topic(
    offer: Offer, kind: str, places: Sequence[_Place], said: _Said, anchors: Sequence[int], put: datetime | None
) -> Topic:
    purpose, notice = offer.purpose, offer.notice
    label, description = purpose.said_in(language())
    panels: list[tuple[str, tuple[Switch, ...]]] = []
    acts = [said.about(purpose.pk, anchor) for anchor in anchors]
    question = _Question(kind, acts, said, put)
    if kind in SWITCHED and purpose.channels and purpose.channel_bound:
        for channel in purpose.channels:
            mine = [place for place in places if place.kind == NEEDS.get(channel)]
            title = str(TITLES[channel] % {"purpose": label})
            switches = tuple(question.on_place(channel, place) for place in mine)
            if channel not in NEEDS:
                switches = (question.on_channel(channel, title),)
            panels.append((title, switches))
    elif kind in SWITCHED:
        panels.append((label, (question.as_a_whole(label),)))
    shown = tuple((title, kept) for title, found in panels if (kept := _answerable(found, notice)))
    return Topic(purpose, kind, label, description, notice, shown)


def _answerable(switches: Sequence[Switch], notice: Notice | None) -> tuple[Switch, ...]:
    """Without a text nothing can be allowed, only stopped."""
    return tuple(switch for switch in switches if notice is not None or switch.on or switch.pending)


class _Question:
    """What the proved records say about a purpose."""

    def __init__(self, kind: str, acts: Sequence[Sequence[Act]], said: _Said, put: datetime | None) -> None:
        self.kind, self.acts, self.said, self.put = kind, acts, said, put

    def on_place(self, channel: str, place: _Place) -> Switch:
        ref = f"{channel}-{place.ref}"
        return self._switch(ref, channel, place.contact, place.kind, place.held.text, place.held.value)

    def on_channel(self, channel: str, title: str) -> Switch:
        return self._switch(channel, channel, None, "", title, None)

    def as_a_whole(self, label: str) -> Switch:
        return self._switch("all", "", None, "", label, None)

    def _switch(self, ref: str, channel: str, contact: int | None, kind: str, label: str, value: Any) -> Switch:
        # A contact point that does not exist yet is reached by what is said about the whole channel only.
        each = [fold(acts, channel, contact if contact else -1, self.said.now) for acts in self.acts]
        together = meet(each)
        on = together.state == State.GRANTED or (self.kind == OPT_OUT and together.state == State.NO_STATEMENT)
        return Switch(
            ref=ref,
            channel=channel,
            contact=contact,
            kind=kind,
            label=label,
            value=value,
            on=on,
            words=self._words(together, on=on),
            pending=together.because == Because.PENDING,
            two_answers=self._two_answers(each) if conflicting(each) else self._elsewhere(together),
            ends_soon=self._ends_soon(together),
        )

    def _ends_soon(self, standing: Standing) -> bool:
        """Whether a yes that holds has to be said again within the month."""
        until = standing.by.until if standing.by and standing.state == State.GRANTED else None
        return until is not None and until - self.said.now <= SOON

    def _words(self, standing: Standing, *, on: bool) -> str:
        """How it came to be on or off, in a few words."""
        by = standing.by
        if by is None:
            return _("you have not objected") if on else _("never asked")
        day = {"day": day_in_words(by.at.date())}
        if standing.because == Because.EXPIRED:
            ended = by.until if by.act in GRANTING and by.until else self.said.events[by.id].occurred_at
            return _("ended by itself on %(day)s") % {"day": day_in_words(ended.date())}
        if standing.because:
            return _BECAUSE[standing.because] % day
        if self.said.events[by.id].method == Method.GPC:
            return _("stopped by your browser on %(day)s") % day
        if standing.state == State.GRANTED and by.until is not None:
            return _("allowed on %(day)s, until %(until)s") % {**day, "until": day_in_words(by.until.date())}
        if standing.state == State.GRANTED:
            return _("allowed on %(day)s") % day
        return (_("refused on %(day)s") if by.act == "refused" else _("stopped on %(day)s")) % day

    def _two_answers(self, each: Sequence[Standing]) -> str:
        """The conflict as a sentence, from the person's own records alone."""
        yes = max((one.by for one in each if one.state == State.GRANTED and one.by), key=lambda act: act.at)
        no = max((one.by for one in each if one.state == State.DENIED and one.by), key=lambda act: act.at)
        words = {
            "there": self._where(yes),
            "then": day_in_words(yes.at.date()),
            "here": self._where(no),
            "day": day_in_words(no.at.date()),
        }
        return (
            _("You said yes %(there)s on %(then)s and no %(here)s on %(day)s. Until you tell us, we send nothing.")
            % words
        )

    def _elsewhere(self, standing: Standing) -> str:
        """That a record which the person has not proved answers differently; nothing once he has answered since."""
        by = standing.by
        if self.put is None or by is None or standing.because or by.at > self.put:
            return ""
        words = {"here": self._where(by), "day": day_in_words(by.at.date())}
        if standing.state == State.GRANTED:
            sentence = _("You said yes %(here)s on %(day)s, and we hold a no from elsewhere. %(until)s")
        else:
            sentence = _("You said no %(here)s on %(day)s, and we hold a yes from elsewhere. %(until)s")
        return sentence % {**words, "until": _("Until you tell us which is right, we send nothing.")}

    def _where(self, act: Act) -> str:
        event = self.said.events[act.id]
        if event.method in WHERE:
            return str(WHERE[event.method])
        return _("through %(source)s") % {"source": event.record.source.name}


_BECAUSE: Mapping[str, Any] = {
    Because.PENDING: gettext_lazy("waits for your click in the message that we sent on %(day)s"),
    Because.ENDED: gettext_lazy("ended on %(day)s"),
}
