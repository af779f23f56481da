"""Names of China, Korea and Vietnam in Latin letters: family names of many spellings, given names of short syllables.

Wang may be Wong in Hong Kong, Park is Pak or Bak. Which spellings mean one name was written down by hand for the
commonest family names: Pinyin beside Wade-Giles and the usage of Hong Kong, the Revised Romanization beside
McCune-Reischauer and the usage of passports. One spelling may stand for several names, and these then for each other:
Wong is Wang or Huang.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_SPELT: Final = """
wang wong huang hwang vong ong
li lee yi rhee ri rhie
zhang chang cheung jang
liu lau lew liou
chen chan
yang yeung ryang
zhao chao chiu cho jo
wu ng woo goh
zhou chow chou chau
xu hsu tsui hui
sun suen son sohn
zhu chu choo joo ju
hu
guo kwok kuo kwak gwak
he ho
lin lam lim im yim rim
gao kao ko go
luo lo law loh
zheng cheng ching
liang leung
xie tse hsieh
song sung soong seong
tang tong
deng teng
feng fung
han hon hahn
cao tsao tso
zeng tsang tseng
peng pang
xiao siu hsiao
cai tsai choi choy choe
pan poon pun
yuan yuen won
dong tung
ye yip yeh ip
su so soo
wei ngai
lu lui lyu
ding ting
shen shum
ren yam jen
yao yiu
zhong chung jung jeong cheong joung
jiang chiang keung
tan tam
qiu yau chiou
qian chien
du to
kong hung gong
kim gim
park pak bak piao
kang gang
yoon yun youn
seo suh
shin sin
kwon gwon
ahn an
yoo yu ryu you
jeon chun cheon chon
moon mun
bae pae
baek paik paek bai pai
heo huh hur
noh roh
nam
shim sim
koo gu goo ku
oh
um eom
hyun hyeon
byun byeon
ma mah
nguyen
tran
pham
hoang
phan
vu vo
dang
bui
"""
_CLASS: Final = {word: line.split()[0] for line in _SPELT.strip().splitlines() for word in line.split()}
_ALONE: Final = frozenset("nguyen tran pham hoang phan vu vo dang bui".split())  # of Vietnam
JOINING: Final = frozenset(_CLASS) - _ALONE
"""Family names beside which two syllables are one given name: Min Seok, Min-seok and Minseok."""

_CHINESE: Final = (
    "(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh|hs|ts)?"
    "(?:(?:a|e|i|o|u|ia|io|ua|ue)ng?|a|e|i|o|u|ai|ei|ui|ao|ou|iu|ie|ue|ia|iao|ua|uo|uai)"
)
_KOREAN: Final = (
    "(?:[gndrmbsjktphlyw]|kk|tt|pp|ss|jj|ch|sh)?(?:a|ae|ya|eo|e|yeo|o|wa|wae|oe|yo|u|wo|we|wi|yu|eu|ui|i|ou|oo|you|ee)"
    "(?:ng|[knlmpt])?"
)
_VIETNAMESE: Final = (
    "(?:[bcdghklmnprstvx]|ch|gh|gi|kh|ng|ngh|nh|ph|qu|th|tr)?"
    "(?:(?:a|e|i|o|u|y|ie|oa|oe|ua|ue|uo|uy|uye|ye)(?:ng|[cmnpt])?|(?:a|e|i|oa|uy)(?:nh|ch)"
    "|ai|ao|au|ay|eo|eu|ia|ieu|iu|oai|oay|oi|ua|ui|uoi|uou|uu|uya|yeu)"
)
_SYLLABLE: Final = re.compile("|".join((_CHINESE, _KOREAN, _VIETNAMESE)))
_TWO: Final = re.compile(f"(?:{_SYLLABLE.pattern}){{1,2}}")
_GIVEN: Final = frozenset("kim lee jo son sun han min jean jen ren lin an so su".split())
_SECOND: Final = frozenset("ann anne lynn lyn sue may mae ray lee jo jean dee kay dan ben joy".split())
LONGEST: Final = 7


@lru_cache(maxsize=65_536)
def is_syllable(word: str) -> bool:
    """Whether a folded word is one syllable of such a name."""
    return len(word) <= LONGEST and _SYLLABLE.fullmatch(word) is not None


def one_spelling(name: str) -> str:
    """The spelling that stands for all of a family name; any other name as it is."""
    return _CLASS.get(name, name)


def family_first(words: Sequence[str], family: Sequence[str]) -> bool:
    """Whether the words before the family name begin with one: Kim Min Seok, with Seok for the family name."""
    others = [*words[1:], *family]
    if words[0] not in JOINING or family[0] in _CLASS or len(others) > 2:
        return False
    # Kim and Lee are given names, too.
    if words[0] in _GIVEN and (len(others) == 1 or others[0] in _SECOND):
        return False
    return all(map(is_syllable, others)) or (len(others) == 1 and _TWO.fullmatch(others[0]) is not None)


def joined(words: Sequence[str], family: str) -> bool:
    """Whether the words before such a family name are the two syllables of one given name."""
    return len(words) == 2 and family in JOINING and all(len(word) > 1 and is_syllable(word) for word in words)
