"""Small word lists: generations, kinds of street, legal forms, words that tell little."""

from typing import Final

GENERATIONS: Final[dict[str, int]] = {
    "sr": 1,
    "sen": 1,
    "senior": 1,
    "jr": 2,
    "jun": 2,
    "junior": 2,
    "ii": 2,
    "iii": 3,
    "iv": 4,
}

TITLES: Final = frozenset("mr mrs ms miss dr prof sir herr frau madame monsieur mme".split())
PARTICLES: Final = frozenset("de da del della di du van von der den la le zu zur el al bin dos".split())

_STREETS: Final = """
st street str strasse straat saint
ave avenue av aven avenida
rd road
dr drive drv
ln lane
ct court crt
pl place plz plaza platz
blv boulevard blvd boul bvd
cr crescent cres crs
cct circuit circ
cl close
tce terrace ter terr
hwy highway
pde parade
sq square
gr grove gve
wy way
pkw parkway pkwy
calle c
n north
s south
e east
w west
"""
STREETS: Final[dict[str, str]] = {
    word: line.split()[0] for line in _STREETS.strip().splitlines() for word in line.split()
}

STREET_KINDS: Final = frozenset(
    "st ave rd dr ln ct pl blv cr cct cl tce hwy pde sq gr wy pkw calle via rue platz weg".split()
)

ORDINALS: Final[dict[str, str]] = {
    word: f"{number}{'st nd rd'.split()[number - 1] if number < 4 else 'th'}"
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
}

# What follows says where else to look: "747 9th Ave between 50th and 51st".
BESIDE: Final = frozenset("between btw near nr opposite opp off".split())

NUMBER_SIGNS: Final = frozenset("no nr num number numero nummer house haus".split())

UNITS: Final = frozenset("apt apartment suite ste unit flat app appt room floor level building bldg bld".split())

LEGAL_FORMS: Final = frozenset(
    (
        "inc incorporated corp corporation co company ltd limited llc llp lp plc pty pte gmbh ag kg ohg ug mbh ev eg "
        "se sa sas sarl srl spa snc bv nv vof cv ab as asa oy oyj aps sl slu sp zoo kft doo sro jsc ooo pvt the and "
        "ltda lda sca scs eirl kgaa gesmbh bhd sdn uab sia ood eood zao oao pao proprietary "
        "ek gbr ggmbh partg partgmbb eurl sasu slu sau srls bvba hb kb aktiebolag aktiengesellschaft "
        "kommanditgesellschaft aktieselskab anpartsselskab aksjeselskap osakeyhtio unipessoal zrt nyrt pllc "
        "haftungsbeschrankt haftungsbeschraenkt "
        "und et y"
    ).split()
)

_LEGAL_PHRASES: Final = """
gesellschaft mit beschrankter haftung
gesellschaft mit beschraenkter haftung
kommanditgesellschaft auf aktien
offene handelsgesellschaft
eingetragener kaufmann
eingetragene kauffrau
eingetragener verein
eingetragene genossenschaft
gesellschaft burgerlichen rechts
e k
e v
societe anonyme
societe par actions simplifiee
societe a responsabilite limitee
entreprise unipersonnelle a responsabilite limitee
sociedad anonima
sociedad anonima unipersonal
sociedad limitada
sociedad limitada unipersonal
sociedad de responsabilidad limitada
sa de cv
s a de c v
s de rl de cv
s de r l de c v
societa per azioni
societa a responsabilita limitata
sociedade anonima
besloten vennootschap
naamloze vennootschap
spolka z ograniczona odpowiedzialnoscia
spolka z o o
spolka zoo
sp z o o
sp z oo
spolka komandytowa
spolka akcyjna
spolka jawna
sp k
sp j
anonim sirketi
limited sirketi
ltd sti
sanayi ve ticaret
san ve tic
san tic
public limited company
private limited company
limited liability company
limited liability partnership
limited partnership
joint stock company
spolecnost s rucenim omezenym
spol s r o
s r o
akciova spolecnost
d o o
korlatolt felelossegu tarsasag
sendirian berhad
kabushiki kaisha
godo kaisha
"""
LEGAL_PHRASES: Final = frozenset(tuple(line.split()) for line in _LEGAL_PHRASES.strip().splitlines())
LONGEST_PHRASE: Final = max(map(len, LEGAL_PHRASES))

# Words by which one company of a group is told from another: a name that has one besides is not the same name.
DIVISIONS: Final = frozenset(
    (
        "holding holdings verwaltung verwaltungs verwaltungsgesellschaft immobilien beteiligung beteiligungs "
        "beteiligungen vertrieb vertriebs besitz grundstucks vermogensverwaltung leasing finance foundation stiftung "
        "fondation fundacion"
    ).split()
)

# Words of many organisations' names: agreeing on them tells little.
ORGANISATION_WORDS: Final[dict[str, float]] = {
    **dict.fromkeys("of in at on for la le les il el de du des di da by to das der die".split(), 0.1),
    **dict.fromkeys(
        (
            "restaurant cafe bar grill hotel group holding holdings international global services service systems "
            "solutions trading trade consulting management partners association club center centre shop store house "
            "kitchen room bistro diner pizza pizzeria deli delicatessen bakery church school university college "
            "bank insurance industries enterprises technologies technology software media design export exports "
            "import imports worldwide world national american usa us uk europe deutschland germany india singapore "
            "new old city north south east west first second branch office foundation stiftung verein"
        ).split(),
        0.35,
    ),
}

ABBREVIATIONS: Final[dict[str, str]] = {
    "intl": "international",
    "int": "international",
    "natl": "national",
    "univ": "university",
    "assn": "association",
    "assoc": "association",
    "mgmt": "management",
    "svc": "service",
    "svcs": "services",
    "svs": "services",
    "sys": "systems",
    "tech": "technology",
    "mfg": "manufacturing",
    "grp": "group",
    "ctr": "center",
    "centre": "center",
    "dept": "department",
    "hosp": "hospital",
    "rest": "restaurant",
    "ristorante": "restaurant",
    "bros": "brothers",
    "ges": "gesellschaft",
}
