"""How common the commonest names are, in records per hundred thousand, rounded by hand.

Good enough to tell Smith from Sondergeld before a hub has learned the shares of its own records.
"""

from typing import Final

from matching.engine.model import Frequencies

_FAMILY: Final = """
880 smith 690 johnson 570 williams 510 brown jones 420 miller garcia davis 380 rodriguez martinez 300 wilson
anderson hernandez lopez 280 gonzalez thomas taylor moore jackson martin lee perez thompson 220 white harris
sanchez clark ramirez lewis robinson walker 190 young allen king wright scott torres nguyen hill flores green
adams nelson baker hall rivera campbell mitchell carter roberts 130 gomez phillips evans turner diaz parker cruz
edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey
reed kelly howard ramos kim cox ward richardson wood watson brooks bennett gray james mendoza hughes price myers
long foster sanders ross patel khan singh ali chen wang zhang li liu yang 300 mueller muller schmidt 220
schneider fischer weber meyer wagner becker schulz hoffmann koch bauer richter klein wolf 180 dubois durand
bernard petit rossi russo ferrari esposito bianchi romano fernandez jimenez ruiz jansen devries vandenberg
bakker visser
"""

_GIVEN: Final = """
1700 james john robert michael mary 1200 william david richard 900 joseph thomas charles christopher daniel patricia
jennifer linda elizabeth 700 matthew mark anthony barbara susan jessica sarah karen maria 500 donald steven paul andrew
joshua kenneth kevin brian george lisa nancy betty margaret sandra ashley kimberly emily donna michelle anna 350 timothy
ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel
gregory alexander frank patrick jack peter carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia
kathleen amy angela shirley emma brenda pamela nicole samantha katherine christine helen debra rachel carolyn janet
catherine heather diane julie 300 jose juan carlos luis antonio hans klaus wolfgang juergen ursula monika jean pierre
michel marie jeanne giuseppe giovanni marco francesca mohammed ahmed ali jan wei
"""


def _shares(table: str) -> dict[str, float]:
    shares: dict[str, float] = {}
    rate = 0
    for word in table.split():
        if word.isdigit():
            rate = int(word)
        else:
            shares[word] = rate / 100_000
    return shares


def person_names() -> dict[str, Frequencies]:
    """The tables of the shipped person model."""
    return {
        "given_name": Frequencies(typical=0.003, unseen=0.0015, shares=_shares(_GIVEN)),
        "family_name": Frequencies(typical=0.0007, unseen=0.00035, shares=_shares(_FAMILY)),
    }
