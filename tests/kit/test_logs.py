"""What gets into the logs: lines that a machine reads, with ids and codes, and nothing that a client sent."""

import io
import json
import logging

import pytest
from django.conf import settings

from cmdm.logs import Log

SENT = 'Quizzard\'); DROP\r\n\x1b[31m{"level": "info"}\u2028'


@pytest.fixture
def written():
    """The lines as the hub's own formatter writes them."""
    chosen = dict(settings.LOGGING["formatters"]["json"])
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(chosen.pop("()")(**chosen))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: lines.getvalue().splitlines()
    root.removeHandler(handler)


def test_what_a_library_was_given_is_left_out(written):
    logging.getLogger("some.library").error("cannot take %s", SENT)
    [line] = written()
    assert json.loads(line)["event"] == "cannot take %s"


def test_no_name_breaks_a_line_or_colours_a_terminal(written):
    Log("cmdm.tested").error("seen", code=SENT)
    [line] = written()
    assert json.loads(line)["code"] == SENT
    assert line.isprintable()


@pytest.mark.parametrize("log", [Log("cmdm.tested"), logging.getLogger("django.request")])
def test_of_a_fault_its_class_and_place_are_told_and_not_what_it_says(written, log):
    try:
        int(SENT)
    except ValueError:
        log.exception("failed")
    [line] = written()
    assert "Quizzard" not in line
    told = json.loads(line)
    assert told["error"] == "ValueError"
    assert "test_logs.py" in told["at"][-1]
