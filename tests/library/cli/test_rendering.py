"""Reports are made at once or in other processes; the bytes are the same."""

import pytest
from tests.library.reports.samples import sample_document, sample_edition

from sealmark.cli import rendering
from sealmark.cli.rendering import begin_reports, report_pool
from sealmark.core.errors import SealmarkError
from sealmark.evaluation.run import Evaluation

LANGUAGES = ("en", "ru")


@pytest.fixture(scope="module")
def evaluation():
    edition = sample_edition()
    return Evaluation(sample_document(edition), edition)


def rendered(evaluation, jobs, *, pdf=False):
    with report_pool(jobs) as start:
        return {name: wait() for name, wait in begin_reports(evaluation, LANGUAGES, start, pdf=pdf).items()}


def test_other_processes_give_the_same_reports(evaluation):
    assert rendered(evaluation, jobs=2) == rendered(evaluation, jobs=1)


def test_a_pdf_is_made_beside_the_page_when_wanted(evaluation):
    with report_pool(1) as start:
        files = begin_reports(evaluation, ("en",), start)["en"]()

    assert {name: content[:5] for name, content in files.items()} == {"html": b"<!doc", "pdf": b"%PDF-"}


def test_what_is_wrong_comes_back_whole_from_another_process(evaluation):
    broken = Evaluation({**evaluation.document, "format": "other"}, evaluation.edition)

    with report_pool(2) as start, pytest.raises(SealmarkError) as caught:
        begin_reports(broken, ("en",), start, pdf=False)["en"]()

    assert caught.value.problems[0].where == "format"
    assert caught.value.codes == ("SM610",)


def test_without_further_processes_the_work_is_done_here(evaluation, monkeypatch):
    def refused(*_args, **_kwargs):
        raise OSError("no semaphores")

    monkeypatch.setattr(rendering, "ProcessPoolExecutor", refused)

    with report_pool(2) as start:
        files = begin_reports(evaluation, ("en",), start, pdf=False)["en"]()

    assert list(files) == ["html"]
