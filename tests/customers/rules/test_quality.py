import pytest

from customers.rules.quality import FAULTS, SENTENCES, Finding, examine, faults, worst


class TestExamining:
    @pytest.mark.parametrize(
        ("rule", "value", "codes"),
        [
            ({"required": True}, None, ["required"]),
            ({"required": True}, [], ["required"]),
            ({"required": True}, False, []),
            ({"pattern": "[0-9]{5}"}, "1234", ["pattern"]),
            ({"pattern": "[0-9]{5}"}, "12345", []),
            ({"pattern": "[0-9]{5}"}, None, []),
            ({"min": "1900-01-01", "max": "2024-12-31"}, "1899-12-31", ["min"]),
            ({"min": "1900-01-01", "max": "2024-12-31"}, "2025-01-01", ["max"]),
            ({"min": 9}, "10", []),
            ({"max": "9"}, "10", ["max"]),
            ({"min_length": 2, "max_length": 3}, "abcd", ["max_length"]),
            ({"max_count": 1}, [{"value": "a"}, {"value": "b"}], ["max_count"]),
            ({"min_count": 1}, None, ["min_count"]),
            ({"pattern": "[a-z@.]+"}, [{"value": "a@x.example"}, {"value": "A"}], ["pattern"]),
            ({"part": "postal_code", "required": True}, [{"city": "Ulm"}], ["required"]),
            ({"part": "postal_code", "pattern": "[0-9]{5}"}, [{"postal_code": "89073"}], []),
        ],
    )
    def test_a_rule_finds_what_it_names(self, rule, value, codes):
        values = {} if value is None else {"x": value}
        assert [finding.code for finding in examine({"x": rule}, values)] == codes

    def test_several_rules_of_an_attribute_have_a_severity_each(self):
        rules = {"name": [{"required": True, "severity": "refuse"}, {"min_length": 2}]}
        assert examine(rules, {}) == [Finding("name", "required", "refuse")]
        assert examine(rules, {"name": "x"}) == [Finding("name", "min_length", "warn")]
        assert worst(examine(rules, {}) + examine(rules, {"name": "x"})) == "refuse"
        assert worst([]) == ""

    def test_a_finding_says_a_sentence_without_the_value(self):
        (finding,) = examine({"x": {"pattern": "a"}}, {"x": "secret"})
        assert "secret" not in finding.msgid % {"attribute": "Postcode"}
        assert finding.msgid == SENTENCES["pattern"]


class TestTheRulesThemselves:
    @pytest.mark.parametrize(
        ("rule", "code"),
        [
            ({"severity": "panic"}, "severity"), ({"patern": "x"}, "field"), ({"pattern": "("}, "pattern"),
            ({"pattern": "(a+)+b"}, "pattern_slow"), ({"min": "soon"}, "bound"),
            ({"max_length": "9"}, "length"), (["x"], "shape"),
        ],
    )  # fmt: skip
    def test_a_faulty_rule_is_told_before_it_is_kept(self, rule, code):
        assert faults(rule) == [code]
        assert FAULTS[code]

    def test_a_good_rule_has_no_fault(self):
        rule = {
            "required": True,
            "pattern": "[0-9]{4,5}",
            "min": "1900-01-01",
            "max": 5,
            "severity": "hold",
            "part": "city",
        }
        assert faults(rule) == []
