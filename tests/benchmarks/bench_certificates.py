"""1,000 certificates as PDF/A against what Typst alone needs for the same sheets (``make bench``).

CPU time in one process: reading the credential, words, code, letters and JSON are what comes on top.
"""

import time

import typst
from tests.benchmarks.speed.harness import Row, print_table
from tests.library.attest.credentials.examples import BODY_PROFILE, issuance
from tests.library.reports.certificates.examples import HOLDER, bundle, statement

from sealmark.attest.credentials.composing import certificate_credential
from sealmark.reports.certificates.rendering import render_certificate

NUMBER = 1_000
LIMIT = 1.3
ALL = ("en", "ru", "zh-Hans", "zh-Hant")


def bundles():
    """Certificates that differ in number and holder, as those of one body do."""
    first = bundle()
    for place in range(NUMBER):
        said = statement(number=f"EX-2026-{place:04}", issuance=issuance(str(place), issuer=BODY_PROFILE))
        credential = certificate_credential(said) | {"proof": first["credential"]["proof"]}
        credential["credentialSubject"]["name"] = f"{HOLDER.name} {place}"
        yield first | {"credential": credential}


def cpu(calls):
    started = time.process_time()
    for call in calls:
        call()
    return time.process_time() - started


def test_a_thousand_certificates_cost_little_more_than_setting_them(monkeypatch):
    made, rows = list(bundles()), []
    compile_sheet, given = typst.compile, []
    monkeypatch.setattr(typst, "compile", lambda *a, **k: given.append((a, k)) or compile_sheet(*a, **k))
    render_certificate(made[0], languages=ALL)

    for name, languages, count in (("one language", ALL[:1], NUMBER), ("four languages", ALL, NUMBER // 4)):
        given.clear()
        ours = cpu(lambda one=one: render_certificate(one, languages=languages) for one in made[:count])  # noqa: B023
        alone = cpu(lambda a=a, k=k: compile_sheet(*a, **k) for a, k in list(given))
        rows.append(Row(f"{count:,} certificates, {name}", ours, alone, LIMIT))

    print_table(rows, "Certificates as PDF/A-3a; limit: Typst alone")
    assert [row.name for row in rows if not row.passes] == []
