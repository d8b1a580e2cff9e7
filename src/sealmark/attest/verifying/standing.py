"""Whether a certificate is revoked or suspended, from the newest list that speaks about the day in question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sealmark.attest.datamodel import check_credential
from sealmark.attest.documents import LIST_LIMITS
from sealmark.attest.moments import read_moment
from sealmark.attest.statuslists import PURPOSES, StatusPlace, places_of, status_of
from sealmark.attest.verifying.asking import Asking
from sealmark.attest.verifying.signatures import Signed, check_proofs
from sealmark.attest.verifying.verdict import Check, shown_time
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["check_standing"]

_MOST_PLACES = 4
_WORDS = {"revocation": "revoked", "suspension": "suspended"}

Document = Mapping[str, object]


def check_standing(credential: Document, kept: Sequence[Document], *, signed: Signed, asking: Asking) -> Check:
    """Return the status of a credential.

    Args:
        credential: Its proof is right.
        kept: The lists that came along.
        signed: How lists are to be checked; they are signed by the issuer of the credential.
        asking: The issuer's host.
    """
    try:
        places = places_of(credential)
    except SealmarkError as error:
        return Check("status", "failed", "status.failed", problem=error.problems[0])
    if not places:
        return Check("status", "passed", "status.none")
    if len(places) > _MOST_PLACES:
        problem = Problem("SM775", f"The credential names {len(places)} places.", fix="Ask the issuer.")
        return Check("status", "failed", "status.failed", problem=problem)
    found = [_Looked(place, kept, signed=signed, asking=asking).check() for place in places]
    return min(found, key=_worst)


def _worst(check: Check) -> tuple[int, str]:
    """Broken before revoked before suspended before not known; of good ones, the oldest list."""
    order = ("status.failed", "status.revoked", "status.suspended")
    rank = order.index(check.sentence) if check.sentence in order else len(order) + (check.outcome == "passed")
    return rank, check.values.get("as_of", "")


class _Looked:
    """One place, looked up in a list that was fetched, else in one that came along."""

    def __init__(self, place: StatusPlace, kept: Sequence[Document], *, signed: Signed, asking: Asking) -> None:
        self._place, self._kept, self._signed, self._asking = place, kept, signed, asking
        self._reason: Problem | None = None

    def check(self) -> Check:
        """Return what is known about the place."""
        if self._place.purpose not in PURPOSES:
            what = f"The purpose {self._place.purpose[:40]!r} is not known."
            return Check("status", "not-checked", "status.unknown", problem=Problem("SM775", what))
        for source, listing in self._listings():
            try:
                return self._read(source, listing)
            except SealmarkError as error:
                # A list that is wrong is as bad as a proof that is wrong; one of another time is none.
                return Check("status", "failed", "status.failed", problem=error.problems[0])
        sentence = "status.unreachable" if self._asking.is_possible else "status.offline"
        return Check("status", "not-checked", sentence, problem=self._reason)

    def _listings(self) -> Iterator[tuple[str, Document]]:
        for source, ask in (("fetched", self._fetched), ("kept", self._carried)):
            listing = ask()
            if listing is None:
                continue
            if self._speaks(listing, source):
                yield source, listing
            else:
                since, until = (str(listing.get(name))[:40] for name in ("validFrom", "validUntil"))
                what = f"The list speaks from {since} to {until} only."
                self._reason = Problem("SM775", what, fix="Ask again with a network.")

    def _fetched(self) -> Document | None:
        if not self._asking.may(self._place.address):
            return None
        try:
            return self._asking.document(self._place.address, LIST_LIMITS)
        except SealmarkError as error:
            self._reason = error.problems[0]
            return None

    def _carried(self) -> Document | None:
        return next((item for item in self._kept if item.get("id") == self._place.address), None)

    def _speaks(self, listing: Document, source: str) -> bool:
        """Whether a list is about the point of time in question; one without an end is only when it is fresh."""
        since, until = (read_moment(listing.get(name)) for name in ("validFrom", "validUntil"))
        if since is None or until is None:
            # Whatever else is wrong with its dates is told by the checks that follow.
            return source == "fetched" or "validUntil" in listing
        return since <= self._signed.on <= until

    def _read(self, source: str, listing: Document) -> Check:
        check_credential(listing, contexts=self._signed.contexts)
        if not check_proofs(listing, self._signed):
            problem = Problem("SM754", "The list has no proof that can be checked without JSON-LD contexts.")
            return Check("status", "not-checked", "status.unknown", problem=problem)
        is_set = status_of(self._place, listing, issuer=self._signed.did, at=self._signed.on)
        values = {"as_of": shown_time(read_moment(listing.get("validFrom")))}
        if is_set:
            return Check("status", "failed", f"status.{_WORDS[self._place.purpose]}", values)
        return Check("status", "passed", f"status.{source}", values)
