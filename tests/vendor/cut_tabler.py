"""Cuts Tabler's style sheet down to what the hub's pages can use: `cut_tabler.py tabler.min.css > static/vendor/tabler.css`.

A selector stays when every class that it asks for is a word somewhere in the templates, scripts or Python of the hub;
whatever names no class (elements, variables, key frames) stays. The whole sheet has some thousand rules for parts that
no page has, and `:has(:focus-visible)` under any element: each change of focus then had every element of the page
styled anew.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = (("templates", "*.html"), ("static/cmdm", "*.js"), ("static/cmdm", "*.css"))
APPS = ("cmdm", "customers", "matching", "consent", "stewardship")
WORD = re.compile(r"[A-Za-z0-9_-]+")
CLASS = re.compile(r"\.(-?[A-Za-z_][A-Za-z0-9_-]*)")
HEAD = re.compile(r"/\*!.*?\*/", re.S)


def words() -> set[str]:
    """Every word that could be a class."""
    files = [path for folder, names in READ for path in (ROOT / folder).rglob(names)]
    files += [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return {word for path in files for word in WORD.findall(path.read_text())}


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each head with its body; statements without a body have an empty one."""
    at = 0
    while at < len(text):
        opening, ending = text.find("{", at), text.find(";", at)
        if 0 <= ending < opening or (opening < 0 <= ending):
            yield text[at : ending + 1], ""
            at = ending + 1
            continue
        if opening < 0:
            return
        depth, close = 1, opening + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[close], 0)
            close += 1
        yield text[at:opening], text[opening + 1 : close - 1]
        at = close


def selectors(head: str) -> list[str]:
    """The selectors of a list; commas inside of parentheses part nothing."""
    made, depth = [""], 0
    for letter in head:
        depth += {"(": 1, ")": -1, "[": 1, "]": -1}.get(letter, 0)
        if letter == "," and not depth:
            made.append("")
        else:
            made[-1] += letter
    return made


def without_nots(selector: str) -> str:
    """The selector without what it excludes."""
    while (at := selector.find(":not(")) >= 0:
        depth, close = 1, at + 5
        while depth:
            depth += {"(": 1, ")": -1}.get(selector[close], 0)
            close += 1
        selector = selector[:at] + selector[close:]
    return selector


def cut(text: str, known: set[str]) -> str:
    """The same sheet without what nothing can ask for."""
    made = []
    for head, body in blocks(text):
        if head.startswith(("@media", "@supports")):
            inner = cut(body, known)
            made.append(f"{head}{{{inner}}}" if inner else "")
        elif not body or head.startswith("@"):
            made.append(f"{head}{{{body}}}" if body else head)
        else:
            kept = [one for one in selectors(head) if set(CLASS.findall(without_nots(one))) <= known]
            kept = [one for one in kept if "data-bs-sidebar" not in one]
            made.append(f"{','.join(kept)}{{{body}}}" if kept else "")
    return "".join(made)


if __name__ == "__main__":
    whole = Path(sys.argv[1]).read_text()
    licence = HEAD.search(whole)
    sys.stdout.write((licence[0] + "\n" if licence else "") + cut(HEAD.sub("", whole), words()) + "\n")
