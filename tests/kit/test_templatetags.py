"""What the tags and filters of every template write."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from cmdm import clock
from cmdm.templatetags import hub

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 21, 8, 40, tzinfo=UTC)


def written(source: str, **context: object) -> str:
    return " ".join(Template("{% load hub fields marks %}" + source).render(Context(context)).split())


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.41, "0.41"), (0.419, "0.42"), (0.9996, "0.9996"), (0.99999, "0.9999"), (1, "1.00"), (None, "–")],
)
def test_a_score_is_rounded_and_never_pretends_to_be_certain(value, text):
    assert hub.score(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.008, "0.8 %"), (0.64, "64 %"), (0.044, "4.4 %"), (0, "0 %")])
def test_a_share_drops_a_last_zero(value, text):
    assert hub.share(value) == text


@pytest.mark.parametrize(("bits", "text"), [(9.8, "+9.8"), (-9.44, "−9.4"), (0.04, "0.0"), (-16.25, "−16.3")])
def test_a_weight_carries_its_sign_and_a_true_minus(bits, text):
    assert hub.signed(bits) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=50), "now"),
        (timedelta(minutes=4), "4 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(hours=26), "1 d"),
        (timedelta(days=9), "9 d"),
        (timedelta(days=90), "3 mo"),
        (timedelta(days=800), "2 years"),
    ],
)
def test_age_is_said_in_thin_words(passed, text):
    with clock.at(NOW):
        assert hub.ago(NOW - passed) == text


@pytest.mark.parametrize(
    "value", [date(2024, 3, 12), datetime(2024, 3, 12, 9, tzinfo=UTC), "2024-03-12", "2024-03-12T09:00:00Z"]
)
def test_a_day_reads_the_same_from_any_form(value):
    assert hub.short_date(value) == "12 Mar 2024"


@pytest.mark.parametrize(
    ("language", "text"), [("de", "12.03.2024"), ("fr", "12/03/2024"), ("es", "12/03/2024"), ("en-gb", "12 Mar 2024")]
)
def test_a_day_is_written_as_the_readers_language_does(language, text):
    with translation.override(language):
        assert hub.short_date(date(2024, 3, 12)) == text


@pytest.mark.parametrize("value", ["2016", "spring 2016", "2024-13-45", ""])
def test_what_is_not_a_day_stays_as_it_is(value):
    assert hub.short_date(value) == value


@pytest.mark.parametrize(("value", "text"), [(1286, "1,286"), (True, "True"), ("9+", "9+")])
def test_counts_are_grouped(value, text):
    assert hub.grouped(value) == text


@pytest.mark.parametrize(("name", "text"), [("Marta Keller", "MK"), ("admin", "A"), ("j.brandt", "JB"), ("", "")])
def test_initials_are_first_and_last(name, text):
    assert hub.initials(name) == text


class TestDrawings:
    def test_an_icon_is_decoration_unless_labelled(self):
        assert 'aria-hidden="true"' in written('{% icon "home" %}')
        assert 'aria-label="&lt;Home&gt;"' in written('{% icon "home" label=text %}', text="<Home>")

    def test_every_icon_a_template_names_is_in_the_sprite(self):
        sprite = set(re.findall(r'id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))
        pages = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
        named = {name for page in pages for name in re.findall(r'(?:\{% icon |\bicon=)"([^"]+)"', page)}
        assert named - sprite == set()

    @pytest.mark.parametrize(("value", "word"), [(90, "trust high"), (50, "trust fair"), (10, "trust low")])
    def test_trust_is_spoken(self, value, word):
        assert word in hub.trust(value)
        assert hub.trust(None) == ""

    def test_geometry_is_written_with_points_in_every_language(self):
        with translation.override("de"):
            drawn = written(
                "{% meter 0.415 'possible' %}{% reason_bar -16.2 -6.4 -16.2 12 %}{% share_bar parts %}", parts=PARTS
            )
        assert 'width="41.50"' in drawn
        assert "," not in drawn.replace("preserveAspectRatio", "")
        assert "style=" not in drawn

    def test_a_waterfall_step_takes_its_tone_from_its_sign(self):
        assert "fill-same" in written("{% reason_bar 0 2 -4 4 %}")
        assert "fill-different" in written("{% reason_bar 2 0 -4 4 %}")

    def test_versions_stand_in_the_order_of_their_time_and_never_on_each_other(self):
        versions = [{"number": n, "at": NOW + timedelta(seconds=n), "url": "", "shown": n == 3} for n in (1, 2, 3)]
        dots = hub.version_dots([{"number": 0, "at": NOW - timedelta(days=900), "url": "", "shown": False}, *versions])
        places = [float(dot["x"]) for dot in dots["dots"]]
        assert places == sorted(places)
        assert len(set(places)) == 4
        assert hub.version_dots([]) == {"dots": [], "years": []}


PARTS = [(0.41, "same"), (0.56, "related"), (0.03, "grey")]


class TestMarks:
    def test_a_value_is_escaped_inside_and_outside_of_its_marks(self):
        text = written("{% marked value other 'name' %}", value="<b>Oberländer</b>", other="<b>Oberlaender</b>")
        assert text == "&lt;b&gt;Oberl<mark>ä</mark>nder&lt;/b&gt;"

    def test_nothing_is_marked_against_nothing(self):
        assert written("{% marked value other 'name' %}", value="Karl", other=None) == "Karl"


class AddressForm(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Where letters go.")
    closed = forms.BooleanField(label="Closed", required=False)
    days = forms.MultipleChoiceField(choices=[("mo", "Monday")], widget=forms.CheckboxSelectMultiple, required=False)


class TestFields:
    def test_help_and_error_are_tied_to_their_field(self):
        text = written("{% include 'components/_field.html' %}", field=AddressForm({"email": "k@"})["email"])
        assert 'aria-describedby="id_email_helptext id_email_error"' in text
        assert 'id="id_email_error"' in text
        assert 'aria-invalid="true"' in text
        assert 'class="form-control"' in text

    def test_several_boxes_are_a_fieldset_and_one_box_stands_before_its_label(self):
        form = AddressForm()
        assert "<legend" in written("{% include 'components/_field.html' %}", field=form["days"])
        one = written("{% include 'components/_field.html' %}", field=form["closed"])
        assert one.index("<input") < one.index("<label")
