"""Make the reports of an evaluation, two languages at a time where there are several."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sealmark.evaluation.run import Evaluation

__all__ = ["LANGUAGE_NAMES", "Awaited", "Start", "begin_reports", "render_language", "report_pool"]

LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English",
    "ru": "Russian",
    "zh-Hans": "Simplified Chinese",
    "zh-Hant": "Traditional Chinese",
}
_WORKERS = 2

Awaited = Callable[[], dict[str, bytes]]
"""Waits for the reports of one language and returns them by the ending of their file."""
Start = Callable[["Evaluation", str, bool], Awaited]
"""Starts the reports of an evaluation in a language, with or without PDF."""


@contextmanager
def report_pool(jobs: int) -> Iterator[Start]:
    """Give a function that starts the reports of a language; where there are several jobs, in further processes.

    Args:
        jobs: How many there will be. One is done where it is asked for, without the time a process takes to start.
    """
    executor = _executor() if jobs > 1 else None
    if executor is None:
        yield lambda *job: partial(render_language, *job)
        return
    try:
        yield lambda *job: executor.submit(render_language, *job).result
    finally:
        executor.shutdown(cancel_futures=True)


def _executor() -> Executor | None:
    try:
        # Started afresh: what sets PDF and draws charts hangs in a copy of a running process.
        return ProcessPoolExecutor(_WORKERS, mp_context=multiprocessing.get_context("spawn"))
    except (ImportError, NotImplementedError, OSError):
        return None  # a system without semaphores: one process does the same work


def render_language(evaluation: Evaluation, language: str, pdf: bool) -> dict[str, bytes]:
    """Return the page and, if wanted, the PDF in a language; they share fonts, so they are one job."""
    from sealmark.reports.html import render_html  # heavy

    files = {"html": render_html(evaluation.document, evaluation.edition, language).encode()}
    if pdf:
        from sealmark.reports.pdf import render_pdf  # heavy

        files["pdf"] = render_pdf(evaluation.document, evaluation.edition, language)
    return files


def begin_reports(
    evaluation: Evaluation, languages: Sequence[str], start: Start, *, pdf: bool = True
) -> dict[str, Awaited]:
    """Start the reports of an evaluation in every language."""
    # Reports need neither the files of the pack nor the imports: less to hand to another process.
    lean = replace(evaluation, edition=replace(evaluation.edition, documents={}, files={}, parts={}), imports={})
    return {language: start(lean, language, pdf) for language in languages}
