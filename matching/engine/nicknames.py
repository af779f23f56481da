"""Short and pet forms of given names.

Two names are forms of each other when they share a full name. Pat fits Patrick and Patricia, but
these two share none, so they stay apart.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from matching.engine.scripts.romanised import is_syllable

# full name: its short forms. Spelling variants of one name stand together as forms of the first.
_FORMS: Final = """
aaron: erin aron ron ronnie
abdullah: abdallah abdulla abdoullah
abigail: abby abbie gail
abraham: abe bram
adelaide: addie della heidi
adrian: ade adrien adriano
agnes: aggie nessie ines
ahmed: ahmad ahmet achmed achmad
aisha: ayesha aysha aicha aischa
albert: al bert bertie alberto albrecht
alexander: alex al alec sandy xander sasha lex alejandro alessandro aleksander aleksandr alexandre sander
alexander: aliaksandr alyaksandr oleksandr aleksandar alexandr alexandros iskander
alexandra: alex sandra lexi sasha alexa sandy alejandra alessandra
alexei: alexey aleksei aleksey oleksiy oleksii aliaksei alyosha
alfred: al alf alfie fred freddie alfredo
alice: allie ali alicia
alison: allison ali allie
amanda: mandy manda
amelia: amy millie mia emelia
anastasia: anastasiya nastya anastazja
andrew: andy drew andre andreas andres andrea andrei andrey andriy andrii andrej anders andrzej ondrej
angela: angie angelica angelina
anna: ann anne annie nan nancy ana anita anja annika nina hanna
anneliese: anne lise liesel
anthony: tony antonio antoine anton toni antony
antonia: toni tonia
arthur: art artie arturo
augustus: gus august
barbara: barb babs barbie barbro
bartholomew: bart barth
beatrice: bea trixie beatrix beatriz
belinda: linda bel
benjamin: ben benny benji benjie
bernard: bernie bernd bernardo bernhard
bertha: bert bertie
bradley: brad
brandon: brand
brenda: bren
bridget: biddy bridie brigid brigitte
cameron: cam
carl: karl carlo charles
carlos: charles charlie
caroline: carol carrie caro lina carolina carolyn karoline
cassandra: cass cassie sandra
catherine: cathy kate katie kathy katherine kathryn cat cath kit kitty katharina katrin caterina catalina
catherine: kathleen kay ekaterina yekaterina kateryna katarzyna katerina
cecilia: cece celia cissy
charles: charlie chuck chas carlos carl karl chip charley
charlotte: charlie lottie lotte char carlotta
christian: chris cristian kris
christina: chris christine tina chrissy kristina kirsten cristina christie
christopher: chris topher kit kris christoph cristobal krzysztof kristof christof christoffer
clarence: clar
clifford: cliff
constance: connie
cornelius: neil con cor kees
cynthia: cindy
daniel: dan danny dani daniele
danielle: dani daniela daniella
david: dave davy davey davide
deborah: deb debbie debra
dennis: denny denis
diana: di diane dianne
dmitri: dmitry dmitriy dimitri dmytro dzmitry dima
dolores: lola lolly
dominic: dom nick dominique domenico
donald: don donnie
dorothy: dot dottie dolly dorothea thea doris
douglas: doug
edgar: ed eddie
edith: edie
edmund: ed eddie ned ted
edward: ed eddie ned ted teddy eduardo edouard eduard
edwin: ed eddie
eleanor: ellie nell nora elle lenore eleonora elinor
elizabeth: liz lizzie beth betty betsy eliza elsie bess libby lisa elisabeth elise lise bettina elisabetta
elizabeth: isabel lizzy
emily: em emmy millie emilia emilie
emma: em emmy
eric: erik rick erich
ernest: ernie ernst ernesto
esther: essie hester
eugene: gene eugenio evgeny yevgeny evgeni yevhen yauhen
eva: eve evie ava
evelyn: evie eve lyn
fatima: fatma fatimah fatema
ferdinand: ferdi fernando nando
florence: flo florrie flossie
frances: fran frankie fanny francesca francoise franziska francisca
francis: frank fran frankie francesco francisco francois franz paco pancho
franklin: frank
frederick: fred freddie freddy fritz friedrich federico frederic frederik rick
gabriel: gabe gabi
gabrielle: gabby gabi gabriela gabriella
geoffrey: geoff jeff jeffrey jeffery jeffry
george: georgie jorge georg giorgio georges juergen joris georgi georgy georgiy georgios heorhii jiri jerzy
georgina: georgie gina georgia
gerald: gerry jerry gerhard gerard gert
gertrude: gert trudy trude
gilbert: gil bert
gloria: glory
gregory: greg gregor gregg grigori grigory hryhorii grzegorz
guillermo: william memo
gustav: gus gustavo
gwendolyn: gwen wendy
harold: hal harry harald
harriet: hattie harry
hassan: hasan hassen
helen: nell nellie elena helena ellen lena helene yelena olena alena ileana
henry: harry hank hal henri enrico enrique heinrich hendrik heinz henk
herbert: herb bert
howard: howie ward
hubert: hugh bert
hugh: hughie hugo
hussein: husain hussain husayn hossein huseyin hocine
ibrahim: ebrahim brahim
ignatius: iggy ignacio nacho
irene: irina iryna irena
isaac: ike zac
isabella: bella izzy belle isabel isabelle ella
isidore: izzy
ivan: john
jacob: jake jay jakob jacobo
jacqueline: jackie jacqui
james: jim jimmy jamie jem jaime jacques giacomo santiago diego
jane: janie jan jean janet
janet: jan jen
janice: jan
jason: jay
jean: jeanie jeanne
jennifer: jen jenny jenn jennie
jeremy: jerry jem jeremiah
jerome: jerry jeronimo
jessica: jess jessie
jessie: jess
joan: jo joanie joanna
joanna: jo joanne johanna
johannes: hans johann jan john joop jo
john: jack johnny jon jan ian juan jean giovanni johann sean jackie hans ivan johnnie ioannis giannis yannis
john: jovan janos johan
jonathan: jon jonny nathan jonty
joseph: joe joey jose giuseppe josef pepe jos josephus
josephine: jo josie joey fina josefina josephina
joshua: josh
joyce: joy
juan: juanito
judith: judy jude jutta
julia: jule julie giulia juliana jules yulia yuliya iuliia juliya
julian: jules julio julien
justin: jus
karen: kari kaz karin
kenneth: ken kenny
kevin: kev
khalid: khaled
kimberly: kim kimberley
kristopher: kris
lambert: bert lam
laura: laurie lori lauren
laurence: larry lawrence laurie lars lorenzo lorenz laurent lorne
leonard: leo len lenny leonardo leonhard
leopold: leo poldi
leroy: lee roy
leslie: les lee
lewis: lou lew louis
lillian: lil lilly lily lillie
linda: lin lindy lynn
lois: lou
louis: lou louie luis luigi ludwig lewis
louise: lou lulu luisa luise louisa
lucas: luke luca lukas
lucille: lucy lu lucia lucie
lucy: lu lucia luz
lydia: lyddie
madeline: maddie maddy madeleine magdalena
magdalena: lena magda maggie
marcus: mark marc marco markus marcos marcel
margaret: maggie meg peggy peggie greta rita marge margie peg daisy gretchen margarete margarita madge
margaret: margherita grete
maria: mia marie mary mitzi mariella
marion: mari
marjorie: marge margie
martha: marty mattie patty marta
martin: marty martijn
marvin: marv
mary: molly polly mae may mamie marie maria
matilda: tilly mattie mathilde tilda
matthew: matt matty mat matthias mateo matteo mattias matthieu matvei matvey matej
maximilian: max
maxine: max
maxwell: max
megan: meg
melanie: mel
melissa: mel missy lissa
melvin: mel
michael: mike mick mickey micky miguel michel mikey michele michal mitch misha mikhail mykhailo mikhailo mihail
michael: mischa mikael mihai
michelle: shelly chelle micki michele
mildred: millie
miranda: mandy randy
mitchell: mitch
mohammed: mohamed muhammad muhammed mohammad mhd mohd mo muhamad mehmet mohamad mohamet muhamed mahomet
morris: maurice morrie mo moritz mauricio maurizio
moses: mo moe
mustafa: mostafa moustafa mustapha
natalie: natalia nataliya natalya natasha nathalie natallia
nathan: nate nat nathaniel
nathaniel: nat nate nathan
nicholas: nick nicky nico klaus nicolas nikolaus niklas nicola colin nikolai claus nikolay mykola mikalai
nicholas: nicolae
nicole: nikki nicky nicola cole
norman: norm
oleg: oleh aleh
oliver: ollie olly olivier
olivia: liv livvy libby ollie
omar: umar omer
oscar: ozzie
pamela: pam
patricia: pat patty patti trish tricia trisha
patrick: pat paddy rick patrice patricio
paul: paulie pablo paolo pol pavel pavlo pavol pawel
paula: paulie paola
pauline: paula polly
penelope: penny
percival: percy
peter: pete pedro piet pierre pietro piotr pyotr petro petr petar petros
philip: phil phillip pip felipe filippo philippe
priscilla: cilla prissy
prudence: pru prue
rachel: rach shelly raquel
ralph: rafe ralf
randall: randy
randolph: randy dolph
raphael: rafael rafa rafe raf
raymond: ray raimund ramon
rebecca: becky becca bec
regina: gina reggie
reginald: reg reggie rex reinhold
reinhard: reiner reini
richard: rick dick rich ricky richie ricardo riccardo dickie ritchie
robert: bob bobby rob robbie bert roberto rupert bobbie robby
roberta: bobbie robbie berta
roderick: rod roddy rick
rodney: rod
roger: rog rodger ruediger
roland: rolly rollo orlando
ronald: ron ronnie ronny
rosalind: ros roz rosa
rose: rosie rosa rosita
rosemary: rose rosie romy rosmarie rosemarie
roxanne: roxy roxie
rudolph: rudy rolf rudi rudolf
russell: russ rusty
ruth: ruthie
samantha: sam sammy
samuel: sam sammy samuele
sandra: sandy sandi
sarah: sally sadie sara sal zara
sebastian: seb bastian basti
sergei: sergey sergiy serhii serhiy siarhei sergej
sharon: shaz shari
sheila: shel
shirley: shirl
sidney: sid syd sydney
simon: si simeon
solomon: sol solly
sophia: sophie sofia sofie
stanley: stan
stephanie: steph steffi stefanie stephany stevie
stephen: steve stevie steven stefan stephan esteban stefano etienne stepan szczepan stefanos istvan
stuart: stu stewart
susan: sue susie suzy suzanne susanna susanne sanna suzie
svetlana: svitlana sviatlana
sylvester: sly
sylvia: syl silvia silvie
tabitha: tabby
tamara: tammy tam
tatiana: tatyana tetiana tatsiana tanya
terence: terry terrence tel
teresa: terry tess tessa theresa tracy therese terri resi
theodore: ted teddy theo teodoro theodor fyodor fedor fedir
thomas: tom tommy thom tomas tommaso thommy
timothy: tim timmy timo
tobias: toby tobi
valerie: val
vanessa: nessa
veronica: ronnie vera ronni
victor: vic vittorio viktor
victoria: vicky vicki tori vickie viktoria
vincent: vince vinny vincenzo vicente vin
viola: vi
virginia: ginny ginger
vivian: viv
vladimir: volodymyr uladzimir wladimir vladimr
walter: walt wally wat walther
wanda: wendy
wesley: wes
wilfred: wilf fred will
wilhelmina: mina minnie willa wilma
william: will bill billy willy liam willie guillermo wilhelm guillaume guglielmo willem wim
winifred: winnie fred freda
winston: win winnie
woodrow: woody
yuri: yuriy yury iurii jurij
yusuf: youssef yousef yousuf yusef yussuf
yvonne: evie von
zachary: zach zack zac zak zachariah zacharias
"""


# Names of men and women that differ by a letter or two: of these, one is no misspelling of another.
_APART: Final = frozenset(
    """
adriana adriane adrienne aleksandra amin amina andree angelo augustin augustine aurelie aurelien aziz aziza bogdan
bogdana boguslaw boguslawa bronislaw bronislawa carla carlo christiane claudia claudio clement clementine czeslaw
czeslawa daniele denise dominik dominika emil emilia emilie emilien emin emine eric erica erik erika fabian fabiana
fabien fabienne farid farida flavia flavio franck francois francoise germain germaine giulia giuliana giuliano giulio
hamid hamida henrik henrike ivana jamil jamila jana jaroslav jaroslava jaroslaw jaroslawa jeanne joel joelle josefa
julian juliana juliane julien julienne justin justine karim karima karla kazimiera kazimierz khalid khalida laurence
laurent leon leonie louise lucie lucien lucienne manuel manuela marcela marcelle marcin marian mario marion martina
martine martyna michaela michele mieczyslaw mieczyslawa miroslav miroslava miroslaw miroslawa nabil nabila nicolas
noel noelle pascal pascale paule radoslaw radoslawa rafael rafaela raphael raphaelle renata renate renato rene renee
roman romana said saida salim salima samir samira silvia silvio simone stanislav stanislava stanislaw stanislawa
valentin valentina vivien vivienne wieslaw wieslawa wladyslaw wladyslawa yasin yasmin zdzislaw zdzislawa
    """.split()
)


def _read(forms: str) -> Iterator[tuple[str, str]]:
    for line in forms.split("\n"):
        if line.startswith("#"):
            continue
        full, _, short = line.partition(":")
        for name in short.split():
            yield name, full


_FULL: Final[dict[str, set[str]]] = {}
_SPELLINGS: Final = (Path(__file__).parent / "spellings.txt").read_text(encoding="utf-8")
for _name, _full in (*_read(_FORMS), *_read(_SPELLINGS)):
    _FULL.setdefault(_name, set()).add(_full)
    _FULL.setdefault(_full, set()).add(_full)


@lru_cache(maxsize=65_536)
def full_names(given: str) -> frozenset[str]:
    """The full names that a folded given name may stand for, itself among them."""
    return frozenset(_FULL.get(given, set()) | {given})


def known(given: str) -> bool:
    """A given name of the table: another one of the table is another name, not a misspelling of it.

    So is a syllable of China, Korea or Vietnam: Yang, Ying and Yong are three.
    """
    return given in _FULL or given in _APART or is_syllable(given)
