"""The canonical RDF of a JSON-LD document (RDFC-1.0), with two gaps of JSON-LD closed.

What no context defines is dropped by JSON-LD without a word, and would not be
signed; and one graph has many JSON texts, so that a term can hide from a reader
who looks for its name. Both are refused: every name is a term of a pinned
context, and everything in the document reaches the graph. The work on blank
nodes, which can grow without bound, is counted and stopped.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pyld import canon, jsonld

from sealmark.attest.contexts import Contexts
from sealmark.attest.plain_rdf import TermScopes, plain_rdf
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["canonical_rdf"]

_MOST_VALUES = 20_000
_MOST_COMPARISONS = 4_000_000
_DEEPEST = 64
_MOST_PERMUTATIONS = 5_000
_MOST_APPLIED = 500
_MOST_CONTEXTS = 8
_MOST_PLAIN_CONTEXTS = 3
_DIGITS_KEPT = 15  # of a fraction, in the canonical form of xsd:double
_RELATIVE = "relative-reference://refused/"
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # which processors write in two ways
_KEYWORD = re.compile(r"@[A-Za-z]+")
_LANGUAGE = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*", re.ASCII)
_KEYWORDS_OF_TEXTS = {"@value", "@language"}


def canonical_rdf(document: Mapping[str, object], contexts: Contexts) -> bytes:
    """Return the canonical N-Quads of a JSON-LD document.

    Args:
        document: Plain JSON whose contexts are addresses only.
        contexts: What those addresses mean.

    Raises:
        SealmarkError: SM754, a context is not known; SM755, a part of the document would not reach
            the graph, could be written in another way, or asks for too much work.
    """
    _refuse_loose_parts(document)
    return _quick_rdf(document, contexts) or general_rdf(document, contexts)


def general_rdf(document: Mapping[str, object], contexts: Contexts) -> bytes:
    """Return what :func:`canonical_rdf` does, always by the general processor of JSON-LD.

    Raises:
        SealmarkError: SM754, a context is not known; SM755, a part would not reach the graph, or
            asks for too much work.
    """
    try:
        processor = _processor(contexts)
        dataset = processor.to_rdf(document, dict(processor.options))
        _refuse_loose_iris(dataset)
        text = _BoundedCanonicalization().main(dataset, {"format": "application/n-quads"})
    except jsonld.JsonLdError as problem:
        raise _refusal(_reason(problem)) from None
    except (RecursionError, TypeError, AttributeError, KeyError, ValueError) as problem:
        raise _refusal(f"The document is not JSON-LD that can be read: {str(problem)[:100]}") from None
    return str(text).encode("utf-8")


def _quick_rdf(document: Mapping[str, object], contexts: Contexts) -> bytes | None:
    """The same bytes in a tenth of the time, for documents as we write them."""
    listed = document.get("@context")
    if not isinstance(listed, list) or len(listed) > _MOST_PLAIN_CONTEXTS or len(set(listed)) != len(listed):
        return None
    place = ("plain", *listed)
    scopes = contexts.prepared.get(place)
    if not isinstance(scopes, TermScopes):
        scopes = contexts.prepared[place] = TermScopes([contexts.load(url) for url in listed])
    return plain_rdf(document, scopes)


class _BoundedCanonicalization(canon.URDNA2015):  # type: ignore[misc]  # the library is not annotated
    """URDNA2015, which RDFC-1.0 standardizes, with a bound on the permutations it tries."""

    def __init__(self) -> None:
        super().__init__()
        self._tried = 0

    def create_hash_to_related(self, id_: str, issuer: object) -> dict[str, list[str]]:
        related: dict[str, list[str]] = super().create_hash_to_related(id_, issuer)
        self._tried += 1 + sum(math.factorial(min(len(nodes), 20)) for nodes in related.values())
        if self._tried > _MOST_PERMUTATIONS:
            raise _refusal("Nameless parts refer to each other so that telling them apart takes too long.")
        return related


class _Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]  # the library is not annotated
    """The processor of the library, which remembers how contexts apply to each other.

    The library works out anew for each node what the context of its type adds to the current one.
    """

    def __init__(self, load: Callable[[str, object], object]) -> None:
        super().__init__(on_property_dropped=_refuse_dropped)
        self.options = {
            "base": _RELATIVE,
            "processingMode": "json-ld-1.1",
            "produceGeneralizedRdf": False,
            "documentLoader": load,
            "contextResolver": jsonld.ContextResolver({}, load),
        }
        self._applied: dict[object, tuple[Any, Any]] = {}

    def _process_context(self, active_ctx: Any, local_ctx: Any, options: Any, *args: Any, **more: Any) -> Any:
        if args or more.get("cycles") is not None or "_uuid" not in active_ctx:
            return super()._process_context(active_ctx, local_ctx, options, *args, **more)
        name = _name_of(local_ctx)
        place = (active_ctx["_uuid"], name, *sorted(more.items()))
        known = self._applied.get(place)
        if known is None:
            # The context is kept too: an id names it only as long as it lives.
            known = local_ctx, super()._process_context(active_ctx, local_ctx, options, **more)
            if "_uuid" in known[1]:
                self._remember(place, known)
        return known[1]

    def _remember(self, place: object, known: tuple[object, Any]) -> None:
        if len(self._applied) >= _MOST_APPLIED:
            self._applied.clear()
        self._applied[place] = known


def _name_of(context: object) -> object:
    """What tells a context from others: its addresses, or the object itself when it is written out."""
    if isinstance(context, list) and all(isinstance(item, str) for item in context):
        return tuple(context)
    return context if isinstance(context, str) else id(context)


def _processor(contexts: Contexts) -> _Processor:
    """The processor of these contexts; what it remembers stays with them."""
    found = contexts.prepared.get("pyld")
    if isinstance(found, _Processor):
        return found

    def load(url: str, _options: object) -> dict[str, object]:
        document = contexts.load(url)
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": document}

    made = contexts.prepared["pyld"] = _Processor(load)
    return made


def _refuse_dropped(name: object) -> None:
    raise _refusal(f"No context defines {str(name)[:100]!r}.")


def _refuse_loose_parts(document: Mapping[str, object]) -> None:
    """Refuse what expansion would pass over, what could be spelt in two ways, and what would take too long."""
    level: list[object] = [document]
    count = 0
    sizes: Counter[str] = Counter()
    for _ in range(_DEEPEST + 1):
        count += len(level)
        if count > _MOST_VALUES:
            raise _refusal(f"The document has more than {_MOST_VALUES:,} values.")
        for value in level:
            _add_sizes(value, sizes)
        level = [item for value in level for item in _checked_children(value)]
        if not level:
            break
    else:
        raise _refusal(f"Objects lie more than {_DEEPEST} deep inside each other.")
    if "id" in document and sizes[f"id {document['id']}"] != _size(document):
        raise _refusal("The id of the document stands on another part too, where members could be moved unseen.")
    # The processor compares each value of a node with every other one of the same property.
    if sum(size * size for size in sizes.values()) > _MOST_COMPARISONS:
        raise _refusal("A part of the document has more values than are told apart in time.")


def _add_sizes(value: object, sizes: Counter[str]) -> None:
    """Count the values of each node; objects with one id are one node, wherever they stand."""
    if isinstance(value, Mapping):
        node = f"id {value['id']}" if "id" in value else f"nameless {len(sizes)}"
        sizes[node] += _size(value)


def _size(node: Mapping[str, object]) -> int:
    return sum(len(item) if isinstance(item, list) else 1 for item in node.values())


def _checked_children(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name == "@context":
                _refuse_written_contexts(item)
                continue
            _check_name(name, value)
            yield item
    elif isinstance(value, list):
        if any(isinstance(item, list) for item in value):
            raise _refusal("A list lies in a list, which RDF does not tell from one list.")
        yield from value
    elif value is None:
        raise _refusal("A value is null, which JSON-LD passes over.")
    elif isinstance(value, str) and _KEYWORD.fullmatch(value):
        raise _refusal(f"The value {value[:60]!r} looks like a keyword, which JSON-LD passes over.")
    elif isinstance(value, str) and _CONTROL.search(value):
        raise _refusal(f"The text {value[:60]!r} holds control characters.")
    elif isinstance(value, float) and float(f"{value:.{_DIGITS_KEPT}g}") != value:
        raise _refusal(f"The number {value!r} has more digits than are signed; {_DIGITS_KEPT} are.")


def _check_name(name: str, owner: Mapping[str, object]) -> None:
    if ":" in name or (name.startswith("@") and not _KEYWORDS_OF_TEXTS.issuperset(owner)):
        raise _refusal(f"The name {name[:100]!r} is not a term of a context.")
    item = owner[name]
    if name == "id" and isinstance(item, str) and item.startswith("_:"):
        raise _refusal(f"The id {item[:100]!r} is a label that is not signed.")
    if name == "@language" and not (isinstance(item, str) and _LANGUAGE.fullmatch(item)):
        raise _refusal(f"The language {str(item)[:40]!r} is not a language tag in small letters.")


def _refuse_written_contexts(item: object) -> None:
    listed = item if isinstance(item, list) else [item]
    if len(listed) > _MOST_CONTEXTS:
        raise _refusal(f"The document names {len(listed)} contexts in one place.")
    for context in listed:
        if not isinstance(context, str):
            fix = "Name the context by its address; the address is pinned by digest."
            raise SealmarkError(Problem("SM754", "A context is written out in the document.", fix=fix))


def _refuse_loose_iris(dataset: Mapping[str, list[Mapping[str, Mapping[str, str]]]]) -> None:
    for quads in dataset.values():
        for quad in quads:
            for part in quad.values():
                iri = part["value"] if part["type"] == "IRI" else part.get("datatype", "")
                if iri.startswith(_RELATIVE) or _NO_IRI.search(iri):
                    shown = iri.removeprefix(_RELATIVE)[:100]
                    raise _refusal(f"{shown!r} is neither a term of a context nor an absolute address.")


def _reason(problem: BaseException) -> str:
    """The innermost cause, where the library says what it is about."""
    while isinstance(problem.__cause__, jsonld.JsonLdError):
        problem = problem.__cause__
    if isinstance(problem.__cause__, SealmarkError):
        raise problem.__cause__
    return f"The document is not JSON-LD that can be read: {str(problem).splitlines()[0][:160]}"


def _refusal(what: str) -> SealmarkError:
    return SealmarkError(
        Problem("SM755", what, fix="Use terms that the named contexts define, and absolute addresses.")
    )
