"""Website and name of an organisation from the domain of its e-mail addresses, where many of its records agree.

Whoever offers addresses to everybody is no organisation of theirs: those domains are left out, and any other that
several organisations use is by the count not sure.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from customers.rules.suggesting.shapes import Names, Need, Said, Telling

WEBSITE, NAME = "website_by_mail", "name_by_mail"
FREEMAIL = frozenset(
    "gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es hotmail.com hotmail.de hotmail.fr "
    "hotmail.es hotmail.co.uk live.com live.de live.fr live.co.uk msn.com yahoo.com yahoo.de yahoo.fr yahoo.es "
    "yahoo.co.uk yahoo.co.jp yahoo.it ymail.com rocketmail.com icloud.com me.com mac.com aol.com aol.de gmx.de "
    "gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de mail.de posteo.de mailbox.org magenta.de "
    "vodafone.de o2online.de online.de kabelmail.de orange.fr wanadoo.fr free.fr sfr.fr laposte.net bbox.fr neuf.fr "
    "telefonica.net terra.es movistar.es libero.it virgilio.it alice.it tiscali.it tim.it bluewin.ch hispeed.ch "
    "sunrise.ch chello.at aon.at btinternet.com sky.com virginmedia.com talktalk.net ntlworld.com blueyonder.co.uk "
    "comcast.net verizon.net att.net sbcglobal.net cox.net charter.net bellsouth.net earthlink.net shaw.ca "
    "rogers.com sympatico.ca bigpond.com optusnet.com.au mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com "
    "rambler.ru ukr.net wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz abv.bg freemail.hu citromail.hu "
    "ziggo.nl kpnmail.nl planet.nl home.nl telenet.be skynet.be proximus.be proton.me protonmail.com tutanota.com "
    "fastmail.com zoho.com hey.com qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net rediffmail.com "
    "uol.com.br bol.com.br terra.com.br".split()
)


def tellings(said: Said, names: Names) -> Iterator[Telling]:
    """Website and name of an organisation's record beside the domains of its addresses."""
    if said.party_type != "organisation":
        return
    for domain in sorted(_domains(said.values, names)):
        for rule, attribute in ((WEBSITE, names.website), (NAME, names.organisation)):
            value = said.values.get(attribute) if attribute else None
            if value:
                yield Telling(rule, domain, str(value))


def needs(said: Said, names: Names) -> Iterator[Need]:
    """What an organisation's record lacks, where all its addresses are of one domain."""
    domains = _domains(said.values, names) if said.party_type == "organisation" else set()
    if len(domains) != 1:
        return
    (domain,) = domains
    for rule, attribute in ((WEBSITE, names.website), (NAME, names.organisation)):
        if attribute and not said.values.get(attribute):
            yield Need(rule, said.record, said.domain, attribute, "", domain)


def _domains(values: Mapping[str, Any], names: Names) -> set[str]:
    texts = [str(one.get("value", "")) for name in names.emails for one in values.get(name) or ()]
    return {text.rpartition("@")[2] for text in texts if "@" in text} - FREEMAIL
