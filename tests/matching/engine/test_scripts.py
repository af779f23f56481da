"""One person written in two scripts: the names meet, and only those that are the same."""

import pytest

from matching.engine import keys
from matching.engine.scripts import FAMILY, GIVEN, read_aloud
from tests.matching.engine.parties import compared, levels, person

SAME = [
    (("محمد", "الحداد"), ("Muhammad", "Al-Haddad"), ("transliterated", "transliterated")),
    (("محمد", "الحداد"), ("Mohammed", "Haddad"), ("transliterated", "part")),
    (("يوسف", "الحربي"), ("Yusuf", "Elharbi"), ("transliterated", "part")),
    (("عبد الرحمن", "عمر"), ("Abdul Rahman", "Omar"), ("transliterated", "transliterated")),
    (("عبدالرحمن", "عمر"), ("Abdel-Rahman", "Omar"), ("transliterated", "transliterated")),
    (("صلاح الدين", "قنصوه"), ("Salah al-Din", "Qansuh"), ("transliterated", "near")),
    (("حسین", "رضایی"), ("Hossein", "Rezaei"), ("transliterated", "transliterated")),
    (("اميررضا", "چراغی"), ("Amir Reza", "Cheraghi"), ("near", "near")),
    (("יוסף", "כהן"), ("Yosef", "Cohen"), ("transliterated", "transliterated")),
    (("יוסף", "כהן"), ("Joseph", "Kohen"), ("nickname", "near")),
    (("משה", "רבינוביץ"), ("Moshe", "Rabinovitz"), ("transliterated", "transliterated")),
    (("राहुल", "शर्मा"), ("Rahul", "Sharma"), ("transliterated", "transliterated")),
    (("সুনীল", "কুমার"), ("Sunil", "Kumar"), ("transliterated", "transliterated")),
    (("지성", "박"), ("Ji-seong", "Park"), ("transliterated", "transliterated")),
    (("지성", "박"), ("Ji-sung", "Park"), ("near", "transliterated")),
    (("민호", "이"), ("Minho", "Lee"), ("transliterated", "transliterated")),
    (("小明", "王"), ("Xiaoming", "Wong"), ("transliterated", "near")),
    (("小明", "黄"), ("Xiao Ming", "Wong"), ("transliterated", "near")),
    (("大明", "張"), ("Da-ming", "Zhang"), ("transliterated", "transliterated")),
    (("太郎", "田中"), ("Taro", "Tanaka"), ("transliterated", "transliterated")),
    (("健", "林"), ("Ken", "Hayashi"), ("transliterated", "transliterated")),
    (("健", "林"), ("Jian", "Lin"), ("transliterated", "transliterated")),
    (("けんじ", "さとう"), ("Kenji", "Satō"), ("transliterated", "transliterated")),
]


@pytest.mark.parametrize(("written", "latin", "level"), SAME)
def test_a_name_in_another_script_is_the_name(written, latin, level):
    one, other = (person(given_name=given, family_name=family) for given, family in (written, latin))
    found = levels(compared(one, other))
    assert (found["given_name"], found["family_name"]) == level


@pytest.mark.parametrize(
    ("written", "latin", "part"),
    [
        ("حسن", "Hussein", "given_name"),
        ("محمود", "Mohammed", "given_name"),
        ("חנה", "Haim", "given_name"),
        ("지성", "Jimin", "given_name"),
        ("지성", "지민", "given_name"),
        ("박", "Kim", "family_name"),
        ("田中", "Tian", "family_name"),
        ("佐藤", "Suzuki", "family_name"),
    ],
)
def test_another_name_of_like_letters_is_another(written, latin, part):
    found = levels(compared(person(**{part: written}), person(**{part: latin})))
    assert found[part] in ("different", "alike")


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        (("محمد", "الحداد"), ("Mohammed", "Haddad")),
        (("محمد", "الحداد"), ("Muhammad", "El-Haddad")),
        (("عبد الله", "الزهراني"), ("Abdullah", "Alzahrani")),
        (("יעקב", "כהן"), ("Jacob", "Cohen")),
        (("राजेश", "शर्मा"), ("Rajesh", "Sharma")),
        (("민호", "박"), ("Minho", "Park")),
        (("小明", "李"), ("Xiaoming", "Lee")),
        (("花子", "鈴木"), ("Hanako", "Suzuki")),
    ],
)
def test_names_in_two_scripts_are_found_by_their_names_alone(written, latin):
    one, other = (person(given_name=given, family_name=family) for given, family in (written, latin))
    assert set(keys.PARTS["names"](one)) & set(keys.PARTS["names"](other))


def test_people_of_one_country_have_one_spelling_and_are_compared_in_arrays():
    for given, family in (("小明", "王"), ("지성", "박"), ("太郎", "田中"), ("けんじ", "さとう"), ("محمد", "الحداد")):
        assert person(given_name=given, family_name=family).others == ()


def test_what_a_script_does_not_tell_apart_stays_one_key_for_latin_names():
    for given, family in (("Rahul", "Sharma"), ("Jisung", "Park"), ("Xiaoming", "Wang"), ("Yael", "Levi")):
        latin = person(given_name=given, family_name=family)
        assert len(set(keys.PARTS["names"](latin))) == 1 and latin.others == ()


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("Robert", "Robert", "Robert"),
        ("عمر", "omar", "omar"),
        ("القاسم", "al qasim", "al qasim"),
        ("김", "gim", "kim"),
        ("高橋", "takahashi", "takahashi"),
        ("健", "jian", "jian"),
        ("しょうた", "shota", "shota"),
        ("リョウ", "ryo", "ryo"),
        ("はっとり", "hattori", "hattori"),
        ("さとう", "sato", "sato"),
        ("", "", ""),
    ],
)
def test_a_name_is_read_by_itself(text, given, family):
    assert (read_aloud(text, GIVEN), read_aloud(text, FAMILY)) == (given, family)


def test_a_particle_left_out_leaves_the_same_name():
    found = levels(compared(person(family_name="van der Berg"), person(family_name="Berg")))
    assert found["family_name"] == "part"


def test_whole_names_of_east_asia_begin_with_the_family_name():
    for text, given, family in (
        ("李小龙", "xiaolong", "li"),
        ("欧阳修", "xiu", "ouyang"),
        ("남궁민", "min", "namkoong"),
        ("長谷川 健太", "kenta", "hasegawa"),
        ("ジョン・スミス", "jon", "sumisu"),
    ):
        name = person(full_name=text).name
        assert (name.given, name.family) == (given, family)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Min", "Seok", "Kim"), ("Minseok", "", "Kim")),
        (("Min-seok", "", "Kim"), ("Kim", "Min", "Seok")),
        (("Ji Sung", "", "Park"), ("Park", "", "Ji-sung")),
        (("Xiao", "Ming", "Wang"), ("Wang", "", "Xiaoming")),
        (("Yong", "", "Li"), ("Li", "", "Yong")),
    ],
)
def test_two_syllables_are_one_given_name_wherever_the_family_name_stands(one, other):
    two = [person(given_name=given, middle_name=middle, family_name=family) for given, middle, family in (one, other)]
    found = levels(compared(*two))
    assert (found["given_name"], found["family_name"], found["middle_name"]) == ("exact", "exact", "missing")


@pytest.mark.parametrize(
    ("given", "middle", "family"),
    [
        ("Jo", "Ann", "Smith"),
        ("Mary", "Ann", "Lee"),
        ("Kim", "", "Novak"),
        ("Kim", "", "Lee"),
        ("Lee", "Ann", "Womack"),
    ],
)
def test_names_of_the_west_are_left_as_they_stand(given, middle, family):
    name = person(given_name=given, middle_name=middle, family_name=family).name
    assert (name.given, name.middle, name.family) == (given.lower(), middle.lower(), family.lower())


@pytest.mark.parametrize(
    ("one", "other"), [("Yang", "Ying"), ("Trung", "Trong"), ("Hoang", "Huong"), ("Hyun", "Hyung")]
)
def test_one_syllable_is_no_misspelling_of_another(one, other):
    found = levels(compared(person(given_name=one), person(given_name=other)))
    assert found["given_name"] in ("alike", "different")


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("黄", "Wong", "near"),
        ("陈", "Chan", "near"),
        ("박", "Pak", "near"),
        ("최", "Choe", "near"),
        ("Huang", "Wong", "alike"),
        ("Chan", "Chen", "near"),
        ("Tse", "Xie", "alike"),
        ("Gim", "Kim", "alike"),
        ("박", "Kim", "different"),
        ("Wong", "Leung", "different"),
    ],
)
def test_a_family_name_of_east_asia_has_several_spellings(one, other, level):
    assert levels(compared(person(family_name=one), person(family_name=other)))["family_name"] == level


def test_a_person_of_another_spelling_is_found_by_the_names():
    for one, other in ((("Siu Ming", "Wong"), ("Siu-ming", "Huang")), (("Ji Sung", "Park"), ("Jisung", "Pak"))):
        two = [person(given_name=given, family_name=family) for given, family in (one, other)]
        assert set(keys.PARTS["names"](two[0])) & set(keys.PARTS["names"](two[1]))
