"""Parties of all the shapes that matter to matching: scripts, double names, many values, odd dates, long texts."""

from hypothesis import strategies as st

GIVEN = st.sampled_from(
    [
        *("Anna", "Ana", "Anne", "Robert", "Bob", "Bobby", "José", "Jose", "J", "R", "Xiu Ying", "Xiuying", "Müller"),
        *(
            "Kim",
            "Mary Ann",
            "Dr. Robert",
            "فيصل",
            "Faisal",
            "محمد",
            "Mohammed",
            "Abdul Rahman",
            "지성",
            "小明",
            "राहुल",
            "Ольга",
            "Olga",
            "Robert Jr",
            "Williams",
            "Will",
            "Rob ert",
            "x" * 70,
            "",
        ),
    ]
)
FAMILY = st.sampled_from(
    [
        *("Smith", "Smyth", "Smithe", "Müller", "Mueller", "Muller", "Kim", "Lopez-Garcia", "Lopez", "Garcia", "Anna"),
        *(
            "Robert",
            "O'Hare",
            "van der Berg",
            "Berg",
            "Robert II",
            "Иванова",
            "Ivanova",
            "صديقي",
            "Siddiqui",
            "الحداد",
            "Al-Haddad",
            "כהן",
            "Cohen",
            "박",
            "Park",
            "林",
            "王",
            "Wiliams",
            "y" * 70,
            "",
        ),
    ]
)
MIDDLE = st.sampled_from(["", "", "J", "James", "Jmaes", "Anna Maria", "Maria", "Anna", "R", "Garcia"])
DATES = st.sampled_from(
    [
        *("1980-03-04", "1980-04-03", "1980-03-05", "1980-03-40", "1980-03-13", "1980-03-31", "1980", "1980-03"),
        *("1979-03-04", "1985-03-04", "1900-01-01", "2001-12-12", "1980-12-04", "1908-03-04", "1980-00-04", ""),
    ]
)
MAILS = st.lists(
    st.sampled_from(
        [
            *("ann@x.example", "ann@y.example", "anna@x.example", "annna@x.example", "anna.smith@mail.example"),
            *("anna.smyth@mail.example", "anna.smith@mial.example", "info@x.example", "none@x.example", "a@b.c"),
            *(
                "Ann+shop@x.example",
                "änna.smith@mail.example",
                "änna.smyth@mail.example",
                "anña.smith@mail.example",
                f"{'z' * 70}@x.example",
                "no mail",
            ),
        ]
    ),
    max_size=3,
)
PHONES = st.lists(
    st.sampled_from(
        [
            *("+49 30 1234987", "030/1234987", "1234987", "0301234978", "0000000000", "234987", "+1 555 234 9871"),
            *("5552349871", "15552349871", "5552349817", "555234987", "5552349870", "45552349871"),
        ]
    ),
    max_size=3,
)
ADDRESSES = st.lists(
    st.fixed_dictionaries(
        {
            "line1": st.sampled_from(
                [
                    *("12 Main Street", "12 Main St", "14 Main St", "Mian Street 12", "Hauptstraße 9", "9 Hauptstr."),
                    *("High Rd 3", "12 Main St Apt 4", "Upper Main Street 12", "12", "Main Street", "10115 Berlin", ""),
                ]
            ),
            "city": st.sampled_from(["Berlin", "Berlin Mitte", "Bern", "Berne", "Brelin", ""]),
            "postal_code": st.sampled_from(["10115", "3000", "10117", ""]),
        }
    ),
    max_size=2,
)
IDENTIFIERS = st.lists(
    st.fixed_dictionaries(
        {
            "scheme": st.sampled_from(["ssn", "tax"]),
            "value": st.sampled_from(["7364009", "7364090", "73640091", "555", "5556", "1234567"]),
            "verified": st.booleans(),
        }
    ),
    max_size=2,
)
COMPANIES = st.sampled_from(
    [
        *("Acme Trading Ltd", "Acme Trade Limited", "ACME", "International Business Machines", "IBM", "Acme Tradnig"),
        *("Trading Acme", "Acme S.A.", "Bäckerei Huber GmbH", "Baeckerei Huber", "Huber", "The Acme Hotel", "", "GmbH"),
        *(
            "Acme Holding",
            "Huber Gesellschaft mit beschränkter Haftung",
            "Acme Sp. z o.o. Sp. k.",
            "A.Ş.",
            "Acm. Trad.",
            "Acme Ltd t/a Huber",
            "Huber GmbH, vormals Acme Trading",
        ),
    ]
)


OTHERS = st.sampled_from(
    ["Anna Garcia", "Garcia", "Bob Smith", "J. Müller-Lopez", "Ольга Иванова", "Test User", "Robert Robert", "Kim", ""]
)


def _many(values):
    return [{"value": value} for value in values]


@st.composite
def people(draw):
    """The values of one person."""
    values = {
        "given_name": draw(GIVEN),
        "family_name": draw(FAMILY),
        "middle_name": draw(MIDDLE),
        "suffix": draw(st.sampled_from(["", "", "Jr", "Sr"])),
        "full_name": draw(st.sampled_from(["", "", "", "Anna Smith", "Smith, Anna", "李娜", "John Doe", "Test User"])),
        "birth_date": draw(DATES),
        "gender": draw(st.sampled_from(["f", "f", "m", "", "u"])),
        "email": _many(draw(MAILS)),
        "phone": _many(draw(PHONES)),
        "address": [{part: text for part, text in each.items() if text} for each in draw(ADDRESSES)],
        "identifier": draw(IDENTIFIERS),
        "other_name": _many(draw(st.one_of(st.just([]), st.just([]), st.lists(OTHERS, max_size=2)))),
    }
    return {name: value for name, value in values.items() if value}


@st.composite
def organisations(draw):
    """The values of one organisation."""
    values = {
        "organisation_name": draw(COMPANIES),
        "trading_name": draw(st.one_of(st.just(""), COMPANIES)),
        "website": _many(draw(st.lists(st.sampled_from(["https://acme.example", "www.huber.example/x"]), max_size=2))),
        "email": _many(draw(MAILS)),
        "phone": _many(draw(PHONES)),
        "address": [{part: text for part, text in each.items() if text} for each in draw(ADDRESSES)],
        "identifier": draw(IDENTIFIERS),
    }
    return {name: value for name, value in values.items() if value}


WRITTEN = (
    *(("محمد", "الحداد"), ("Muhammad", "Al-Haddad"), ("Mohammed", "Haddad"), ("يوسف", "الحربي"), ("Yusuf", "Elharbi")),
    *(("عبد الرحمن", "عمر"), ("Abdul Rahman", "Omar"), ("اميررضا", "چراغی"), ("Amir Reza", "Cheraghi")),
    *(
        ("יוסף", "כהן"),
        ("Yosef", "Cohen"),
        ("राहुल", "शर्मा"),
        ("Rahul", "Sharma"),
        ("حسن", "حسين"),
        ("Hussein", "Hasan"),
    ),
    *(("지성", "박"), ("Ji-sung", "Park"), ("小明", "王"), ("Xiaoming", "Wong"), ("健", "林"), ("Ken", "Hayashi")),
)
IN_SCRIPTS = [
    *({"given_name": given, "family_name": family} for given, family in WRITTEN),
    *({"full_name": text} for text in ("박지성", "محمد الحداد", "長谷川健太", "ジョン・スミス")),
    {"given_name": "지성", "family_name": "박", "other_name": [{"value": "김지성"}]},
    {"given_name": "Test", "family_name": "박"},
    *(
        {"given_name": given, "middle_name": middle, "family_name": family}
        for given, middle, family in (
            *(("Min", "Seok", "Kim"), ("Min-seok", "", "Kim Jr"), ("Dr. Kim", "Min", "Seok"), ("Minseok", "", "Gim")),
            *(
                ("Ji Sung", "", "PARK"),
                ("Park", "", "Ji-sung"),
                ("Yang", "", "Li"),
                ("Ying", "", "Lee"),
                ("Li", "", "Yang"),
            ),
            *(("Anna", "", "Lee"), ("Jo", "Ann", "Lee"), ("Lee", "", "Smith"), ("Kim", "", "Lee")),
        )
    ),
]
