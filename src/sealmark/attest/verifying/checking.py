"""From material to verdict, in the order of Open Badges 3.0: form, proof, what is newer, status, dates, endorsements.

Nothing here has a clock or a network: the caller says about which point of time the answer is, and how to read an
address. Only the host of the issuer is ever asked, and only after the form was found right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sealmark.attest.moments import moment_text, read_moment
from sealmark.attest.verifying.asking import Asking
from sealmark.attest.verifying.badges import check_badge, edition_of, issuer_of, said_by, says_digest
from sealmark.attest.verifying.endorsements import check_endorsements
from sealmark.attest.verifying.inclusion import Logged, check_inclusion
from sealmark.attest.verifying.issuers import KnownIssuer, find_issuer
from sealmark.attest.verifying.material import Material, Means
from sealmark.attest.verifying.records import Recorded, check_record
from sealmark.attest.verifying.signatures import Signed, check_envelope, check_proofs
from sealmark.attest.verifying.standing import check_standing
from sealmark.attest.verifying.verdict import Check, Shown, Verdict, printable, shown_time
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["refused", "verify"]

# What has to be known before anybody may rely on a certificate.
_NEEDED = ("form", "signature", "issuer", "dates", "status")
# What is no sign of a forgery when it fails: each has an answer of its own.
_OWN_ANSWER = {"dates", "status", "scheme"}
_STANDINGS = {"revoked": "revoked", "suspended": "suspended", "withdrawn": "revoked", "superseded": "revoked",
              "expired": "expired"}  # fmt: skip
_ORDER = ("revoked", "expired", "suspended", "not-yet-valid")


def verify(material: Material, *, on: dt.datetime, means: Means | None = None) -> Verdict:
    """Return whether a certificate may be relied upon, and why.

    Args:
        material: The certificate and what came with it, see :func:`sealmark.attest.verifying.reading.read_material`.
        on: The point of time that the answer is about.
        means: What is trusted, and how to ask the issuer; without it nothing is trusted and nobody asked.

    Raises:
        ValueError: The point of time has no zone.
    """
    moment_text(on)
    return _Verification(material, on, means or Means()).verdict()


def refused(error: SealmarkError, *, on: dt.datetime) -> Verdict:
    """Return the verdict on something that could not even be read as a certificate."""
    check = Check("form", "failed", "form.failed", problem=error.problems[0])
    return Verdict("not-valid", "answer.not-valid", (check,), Shown(), on)


class _Verification:
    """One certificate being checked."""

    def __init__(self, material: Material, on: dt.datetime, means: Means) -> None:
        self._material, self._on, self._means = material, on, means
        self._credential = material.credential
        self._did = issuer_of(material.credential)
        self._asking = Asking(means.fetch, self._did)

    def verdict(self) -> Verdict:
        form = self._form()
        if form.outcome == "failed":
            return self._closed([form], Logged(form), "")
        issuer = find_issuer(self._did, self._material, self._means, self._asking)
        logged = self._logged()
        signature = self._signature(issuer, logged)
        checks = [form, signature, issuer.check]
        if issuer.document is None or signature.outcome != "passed":
            # Nothing else in it counts, so nothing else is asked.
            return self._closed([*checks, self._dates(), self._unknown_status(), logged.check], logged, "")
        signed = self._signed(issuer.document, logged)
        status = self._standing(issuer, signed)
        recorded = self._recorded()
        endorsement = check_endorsements(
            self._credential, self._material.endorsements, means=self._means, signed=signed
        )
        rest = (endorsement, self._scheme())
        checks += [self._dates(), status, logged.check, recorded.check, *(item for item in rest if item)]
        return self._closed(checks, logged, recorded.standing)

    def _form(self) -> Check:
        try:
            check_badge(self._credential, self._means.contexts)
        except SealmarkError as error:
            return Check("form", "failed", "form.failed", problem=error.problems[0])
        return Check("form", "passed", "form.passed")

    def _logged(self) -> Logged:
        return check_inclusion(self._material.log, self._credential, means=self._means, asking=self._asking)

    def _recorded(self) -> Recorded:
        return check_record(self._credential, means=self._means, asking=self._asking, on=self._on)

    def _signed(self, document: Mapping[str, object], logged: Logged) -> Signed:
        return Signed(self._did, document, self._means.contexts, self._on, logged.logged_at)

    def _standing(self, issuer: KnownIssuer, signed: Signed) -> Check:
        # Lists are not in the log, so a compromised key can sign none.
        of_lists = replace(signed, logged_at=None)
        found = check_standing(self._credential, self._material.status, signed=of_lists, asking=self._asking)
        if _is_of_newer_key(found.problem, issuer):
            return Check("status", "not-checked", "status.unknown", problem=found.problem)
        return found

    def _signature(self, issuer: KnownIssuer, logged: Logged) -> Check:
        if issuer.document is None:
            return Check("signature", "not-checked", "signature.keyless", problem=issuer.check.problem)
        try:
            return self._proved(self._signed(issuer.document, logged))
        except SealmarkError as error:
            problem = error.problems[0]
        if _is_of_newer_key(problem, issuer):
            return Check("signature", "not-checked", "signature.newer", problem=problem)
        return Check("signature", "failed", "signature.failed", problem=problem)

    def _proved(self, signed: Signed) -> Check:
        has_proof = "proof" in self._credential
        if not (has_proof or self._material.jwt):
            what = "The certificate has no proof."
            raise SealmarkError(Problem("SM756", what, "proof", "Get the signed certificate from its issuer."))
        suites = list(check_proofs(self._credential, signed)) if has_proof else []
        if self._material.jwt:
            check_envelope(self._material, signed)
            suites.append("VC-JWT")
        if not suites:
            problem = Problem("SM754", "No JSON-LD contexts are here.", fix="See `sealmark contexts fetch`.")
            return Check("signature", "not-checked", "signature.contextless", problem=problem)
        return Check("signature", "passed", "signature.passed", {"suites": ", ".join(suites)})

    def _dates(self) -> Check:
        since, until = (read_moment(self._credential.get(name)) for name in ("validFrom", "validUntil"))
        values = {"on": shown_time(self._on), "since": shown_time(since), "until": shown_time(until)}
        if since is not None and self._on < since:
            return Check("dates", "failed", "dates.not-yet-valid", values)
        if until is not None and self._on > until:
            return Check("dates", "failed", "dates.expired", values)
        return Check("dates", "passed", "dates.passed" if until else "dates.endless", values)

    def _unknown_status(self) -> Check:
        return Check("status", "not-checked", "status.unknown")

    def _scheme(self) -> Check | None:
        code, stated = edition_of(self._credential)
        if not code:
            return None
        values = {"edition": printable(code)}
        digest = self._means.editions.get(code)
        if digest is None:
            return Check("scheme", "not-checked", "scheme.absent", values)
        if says_digest(stated, digest):
            return Check("scheme", "passed", "scheme.passed", values)
        problem = Problem("SM786", f"The certificate names {stated[:80]}, installed is {digest}.", code[:80])
        return Check("scheme", "failed", "scheme.failed", values, problem)

    def _closed(self, checks: Sequence[Check], logged: Logged, standing: str) -> Verdict:
        answer, sentence = _answer(checks, standing)
        shown = said_by(self._credential, with_grades=answer == "valid")
        return Verdict(answer, f"answer.{sentence}", tuple(checks), shown, self._on, logged.seen)


def _answer(checks: Sequence[Check], standing: str) -> tuple[str, str]:
    """Return the answer and the key of its sentence, which says it more exactly."""
    if any(_is_broken(check) for check in checks):
        return "not-valid", "not-valid"
    found = _standings(checks, standing)
    for answer in _ORDER:
        if answer in found:
            return answer, found[answer]
    outcomes = {check.name: check.outcome for check in checks}
    if outcomes.get("scheme") == "failed" or any(outcomes.get(name) != "passed" for name in _NEEDED):
        return "unknown", "unknown"
    return "valid", "valid"


def _is_of_newer_key(problem: Problem | None, issuer: KnownIssuer) -> bool:
    """The issuer may have a new key that the document kept by the caller does not have yet."""
    return problem is not None and problem.code == "SM772" and issuer.check.sentence == "issuer.pinned"


def _is_broken(check: Check) -> bool:
    return check.outcome == "failed" and (check.name not in _OWN_ANSWER or check.sentence == "status.failed")


def _standings(checks: Sequence[Check], standing: str) -> dict[str, str]:
    """Return every reason not to rely on it, with the word that says it best; the register knows more than a bit."""
    found = {}
    for check in checks:
        word = check.sentence.partition(".")[2]
        if check.outcome == "failed" and check.name in {"dates", "status"}:
            found[_STANDINGS.get(word, word)] = word
    if standing:
        found[_STANDINGS[standing]] = standing
    return found
