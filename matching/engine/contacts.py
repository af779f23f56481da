"""E-mails, phones, identifiers, dates and web sites made ready for comparing."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from matching.engine.folding import digits, joined, plain

_DATE: Final = re.compile(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")
_IN_BRACKETS: Final = re.compile(r"<([^<>]+@[^<>]+)>")
_DOMAIN: Final = re.compile(r"^(?:[a-z]+://)?(?:www\d?\.)?([^/:?#\s]+)")

# One mailbox for many people: it tells the organisation, not the person.
ROLES: Final = frozenset(
    "admin accounts billing buchhaltung contact contacto enquiries hello help hr info infos kontakt mail marketing "
    "office orders post postmaster reception sales service support team verkauf webmaster".split()
)
# Where everybody may have a mailbox: the domain tells nothing about who they are.
PROVIDERS: Final = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de hotmail.com hotmail.co.uk hotmail.fr "
    "outlook.com live.com msn.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de "
    "freenet.de orange.fr free.fr wanadoo.fr laposte.net sfr.fr libero.it virgilio.it tin.it telenet.be ziggo.nl "
    "kpnmail.nl bluewin.ch btinternet.com sky.com comcast.net verizon.net att.net sbcglobal.net mail.ru yandex.ru "
    "qq.com 163.com 126.com naver.com proton.me protonmail.com aol.de aol.fr outlook.de outlook.fr outlook.es "
    "outlook.it hotmail.de hotmail.es hotmail.it live.de live.fr live.nl live.co.uk yahoo.es yahoo.it yahoo.ca "
    "yahoo.com.br yahoo.com.au yahoo.co.in ymail.com rocketmail.com mail.com email.com gmx.com gmx.eu mail.de "
    "email.de posteo.de mailbox.org arcor.de online.de alice.de vodafone.de aon.at a1.net chello.at hispeed.ch "
    "planet.nl hetnet.nl home.nl xs4all.nl upcmail.nl skynet.be neuf.fr numericable.fr bbox.fr club-internet.fr "
    "aliceadsl.fr alice.it tiscali.it fastwebnet.it telefonica.net orange.es wp.pl o2.pl onet.pl op.pl interia.pl "
    "gazeta.pl seznam.cz centrum.cz bol.com.br uol.com.br terra.com.br telia.com bredband.net online.no mynet.com "
    "bigpond.com optusnet.com.au rogers.com shaw.ca cox.net charter.net earthlink.net bellsouth.net virginmedia.com "
    "ntlworld.com talktalk.net blueyonder.co.uk tiscali.co.uk rediffmail.com sina.com foxmail.com hanmail.net "
    "daum.net ukr.net bk.ru list.ru inbox.ru rambler.ru ya.ru zoho.com fastmail.com pm.me".split()
)
LAST_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class Email:
    """An address, with its user part and whether many share it."""

    whole: str
    user: str
    domain: str
    role: bool


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as its last ten digits at most, for the country code may be absent."""

    number: str
    ending: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number within its scheme."""

    scheme: str
    value: str
    verified: bool


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which month and day may be unknown (0)."""

    whole: str
    year: int
    month: int
    day: int


@lru_cache(maxsize=16_384)
def email(text: str) -> Email | None:
    """A mailbox, its address in brackets or not; None where there is no such thing in the text."""
    found = _IN_BRACKETS.search(text)
    whole = plain(found.group(1) if found else text)
    user, at, domain = whole.rpartition("@")
    user = user.partition("+")[0]
    if not at or not user or not domain:
        return None
    return Email(f"{user}@{domain}", user, domain, user in ROLES)


def phone(text: str) -> Phone | None:
    """A number without leading zeros and what stands between digits; None where it is too short for one."""
    number = digits(unicodedata.normalize("NFKC", text)).lstrip("0")
    if len(number) < LAST_DIGITS - 1:
        return None
    return Phone(number[-10:], number[-LAST_DIGITS:])


def identifier(scheme: str, value: str, verified: bool) -> Identifier | None:
    """An identifier; None of one or two signs, which identify nobody."""
    folded = joined(value)
    return Identifier(plain(scheme), folded, verified) if len(folded) > 2 else None


@lru_cache(maxsize=16_384)
def partial_date(text: str) -> PartialDate | None:
    """A date in ISO form, or its year, or year and month; None for anything else."""
    found = _DATE.match(text.strip()[:10])
    if found is None:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    whole = f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")
    return PartialDate(whole, year, month, day)


def domain(text: str) -> str:
    """The host of a web site without www."""
    found = _DOMAIN.match(plain(text))
    return found.group(1) if found else ""
