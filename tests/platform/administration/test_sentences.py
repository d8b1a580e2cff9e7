"""What refuses a change of the administration can be told in the reader's language."""

import ast
from pathlib import Path

import pytest
from django.utils import translation

import sealmark_platform
from sealmark.core.errors import Problem
from sealmark_platform.workbench.problems import told_problem

ROOMS = (
    "parties/actions", "catalogue/actions", "administration", "catalogue/figures.py", "parties/sitelist.py",
    "parties/lists.py", "parties/holidaylist.py", "casework/actions/evaluation.py", "register/certsearch/reading.py",
)  # fmt: skip
TELLING = {"refused", "_not_possible", "unusable", "add", "Problem"}
# Django's own words, the library's list of names, and an address.
ELSEWHERE = {"", "x x", "name", "email", "x, row x"}


def _text(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
    return ""


def _given(node):
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in TELLING:
        yield from node.args
        yield from (word.value for word in node.keywords if word.arg in {"fix", "what"})
    if isinstance(node, ast.Assign):
        names = [getattr(one, "id", "") for one in ast.walk(node.targets[0])]
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        if set(names) & {"what", "fix"}:
            yield from values


def sentences():
    folder = Path(sealmark_platform.__file__).parent
    files = [path for room in ROOMS for path in sorted((folder / room).rglob("*.py")) or [folder / room]]
    found = {_text(one) for path in files for node in ast.walk(ast.parse(path.read_text())) for one in _given(node)}
    return sorted(one for one in found if one[-1:] in {".", "?"} and " " in one)


@pytest.mark.parametrize("sentence", sentences())
def test_a_sentence_is_known(sentence):
    with translation.override("zh-hant"):
        assert told_problem(Problem("SM899", sentence)).language == ""


def test_the_sentences_were_found():
    assert len(sentences()) > 50
