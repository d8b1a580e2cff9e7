"""The network of a verification: one host, https, small answers, no internal addresses, nothing that leads on."""

from __future__ import annotations

from sealmark.attest.verifying.material import Fetch
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["network"]


def network(*, allow_local: bool) -> Fetch:
    """Return what reads an address."""

    def fetch(address: str) -> bytes:
        what = f"{address[:120]} is not asked ({allow_local})."
        raise SealmarkError(Problem("SM779", what, fix="Use --offline."))

    return fetch
