"""The figures of a rehearsal in short, as they are kept for good."""

from collections.abc import Mapping
from typing import Any

FEW_ANSWERS = 20  # below, what training or the probabilities estimate tells more


def in_short(report: Mapping[str, Any], trained: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a rehearsal when the next one replaces it.

    By people's answers where there are enough; ``answers`` is 0 where all is estimated.
    """
    answers = int(report.get("answers", 0))
    by_people = answers >= FEW_ANSWERS and "labelled" in report
    judged = report["labelled"] if by_people else report["expected"]
    error = report["calibration"]["error"] if by_people else trained.get("calibration_error")
    return {
        "records": report["records"],
        "line": report["expected"]["line"],
        "pairs": judged["pairs"],
        "precision": judged["precision"] if judged["pairs"] else None,
        "recall": judged["recall"] if judged["pairs"] else None,
        "error": error,
        "queue": report["queue"]["then"],
        "answers": answers if by_people else 0,
    }
