"""The canonical RDF of credentials as we write them, straight from the terms of their contexts.

The general processor of JSON-LD costs a hundred signatures. Most credentials use
a small part of it: contexts by address, terms that one context or the context of
their type defines, texts, addresses, yes and no. These are written here in one
pass; for anything else the answer is ``None``, and the general processor takes
over. Both give the same bytes wherever this one gives any.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["TermScopes", "plain_rdf"]

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):[!#$%&'()*+,./0-9:;=?@A-Z_a-z~\[\]-]+", re.ASCII)
_ESCAPED = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"})
# Canonicalizers differ in how they write these: the older algorithm as they are, RDFC-1.0 with a backslash.
_DISPUTED = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
_SAID_OTHERWISE = {"id", "type", "@context"}
_MOST_SCOPES = 200

# A term as address and type of its values; a triple as subject, its middle, and a nameless object if it has one.
_Term = tuple[str, str | None]
_Triple = tuple[str, str, str | None]


class _NotPlain(Exception):  # noqa: N818  # no error: the general processor takes over
    """Something that is left to the general processor."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the names inside an object of certain types mean."""

    terms: Mapping[str, _Term | None]
    types: tuple[str, ...]


class TermScopes:
    """The terms of a list of contexts, by the types of the object they stand in.

    Args:
        documents: The context documents in the order in which the credential names them.
    """

    def __init__(self, documents: Sequence[object]) -> None:
        self._defined: dict[str, object] = {}
        self._scopes: dict[tuple[str, ...], _Scope] = {}
        try:
            for document in documents:
                _merge(self._defined, document.get("@context") if isinstance(document, Mapping) else None)
        except _NotPlain:
            self._defined.clear()
        if (self._defined.get("id"), self._defined.get("type")) != ("@id", "@type"):
            self._defined.clear()

    def scope(self, types: tuple[str, ...]) -> _Scope:
        """Return what names mean inside an object of these types."""
        found = self._scopes.get(types)
        if found is None:
            names = dict(self._defined)
            for kind in sorted(types):
                meaning = self._defined.get(kind)
                if isinstance(meaning, Mapping) and "@context" in meaning:
                    _merge(names, meaning["@context"])
            terms = {name: self._term(meaning) for name, meaning in names.items()}
            found = _Scope(terms, tuple(self._address(kind) for kind in types))
            if len(self._scopes) < _MOST_SCOPES:
                self._scopes[types] = found
        return found

    def is_free(self, address: str) -> bool:
        """Tell whether an address means itself: it is absolute, and its first word is no term."""
        found = _ADDRESS.fullmatch(address)
        return found is not None and found[1] not in self._defined

    def _term(self, meaning: object) -> _Term | None:
        """Read a definition: an address, with a type or none, alone or in a set; ``None`` for any other."""
        if isinstance(meaning, str):
            meaning = {"@id": meaning}
        if not isinstance(meaning, Mapping) or meaning.keys() - {"@id", "@type", "@container"}:
            return None
        address, kind = meaning.get("@id"), meaning.get("@type")
        if not isinstance(address, str) or not self.is_free(address) or meaning.get("@container", "@set") != "@set":
            return None
        return (address, kind) if kind in {None, "@id"} or self.is_free(str(kind)) else None

    def _address(self, kind: str) -> str:
        """Return the address of a type; its definition may name another type."""
        for _ in range(2):
            meaning = self._defined.get(kind)
            kind = str(meaning.get("@id") if isinstance(meaning, Mapping) else meaning)
            if self.is_free(kind):
                return kind
        raise _NotPlain


def plain_rdf(document: Mapping[str, object], scopes: TermScopes) -> bytes | None:
    """Return the canonical N-Quads of a document, ``None`` when it is not plain.

    Args:
        document: Plain JSON whose contexts are those of ``scopes``.
        scopes: What names mean.
    """
    writer = _Writer(scopes)
    try:
        writer.write(document)
        return _canonical(dict.fromkeys(writer.triples))
    except (_NotPlain, UnicodeEncodeError):
        return None


class _Writer:
    """Writes the triples of one document."""

    def __init__(self, scopes: TermScopes) -> None:
        self._scopes = scopes
        self._nameless = 0
        self.triples: list[_Triple] = []

    def write(self, node: Mapping[str, object], *, outermost: bool = True) -> str:
        """Note the triples of an object; what comes back is its name."""
        if "@context" in node and not outermost:
            raise _NotPlain
        if not node.keys() - {"@context", "id"}:
            raise _NotPlain
        scope = self._scopes.scope(_types(node))
        subject = self._name(node)
        self.triples += [(subject, f"{_TYPE} <{address}>", None) for address in scope.types]
        for key, value in node.items():
            if key in _SAID_OTHERWISE:
                continue
            term = scope.terms.get(key)
            if term is None:
                raise _NotPlain
            for item in value if isinstance(value, list) else (value,):
                self._say(subject, term, item)
        return subject

    def _name(self, node: Mapping[str, object]) -> str:
        if "id" in node:
            return f"<{self._address(node['id'])}>"
        self._nameless += 1
        return f"_:b{self._nameless}"

    def _say(self, subject: str, term: _Term, item: object) -> None:
        predicate, kind = term
        if isinstance(item, Mapping):
            name = self.write(item, outermost=False)
            nameless = name.startswith("_:")
            middle = f"<{predicate}>" if nameless else f"<{predicate}> {name}"
            self.triples.append((subject, middle, name if nameless else None))
        elif kind == "@id":
            self.triples.append((subject, f"<{predicate}> <{self._address(item)}>", None))
        elif isinstance(item, str):
            if _DISPUTED.search(item):
                raise _NotPlain
            said = f'<{predicate}> "{item.translate(_ESCAPED)}"'
            self.triples.append((subject, said if kind is None else f"{said}^^<{kind}>", None))
        elif isinstance(item, bool):
            word = "true" if item else "false"
            self.triples.append((subject, f'<{predicate}> "{word}"^^<{kind or _BOOLEAN}>', None))
        else:
            raise _NotPlain

    def _address(self, value: object) -> str:
        if not isinstance(value, str) or not self._scopes.is_free(value):
            raise _NotPlain
        return value


def _merge(names: dict[str, object], context: object) -> None:
    """Add the terms of a context that protects them, and gives none another meaning than it has."""
    if not isinstance(context, Mapping) or context.get("@protected") is not True:
        raise _NotPlain
    for name, meaning in context.items():
        if name == "@protected":
            continue
        if name.startswith("@") or (name in names and _written_out(names[name]) != _written_out(meaning)):
            raise _NotPlain
        names[name] = meaning


def _written_out(meaning: object) -> object:
    return {"@id": meaning} if isinstance(meaning, str) else meaning


def _types(node: Mapping[str, object]) -> tuple[str, ...]:
    types = node.get("type", [])
    types = types if isinstance(types, list) else [types]
    if not all(isinstance(kind, str) for kind in types):
        raise _NotPlain
    return tuple(types)


def _canonical(triples: Mapping[_Triple, None]) -> bytes:
    """Name the nameless by the hash of what is said about them (RDFC-1.0, 4.6), if that tells them apart."""
    about: dict[str, list[_Triple]] = {}
    for triple in triples:
        for name in {triple[0], triple[2]}:
            if name is not None and name.startswith("_:"):
                about.setdefault(name, []).append(triple)
    hashes = {name: _hash(name, said) for name, said in about.items()}
    if len(set(hashes.values())) != len(hashes):
        raise _NotPlain
    order = sorted(hashes, key=hashes.__getitem__)
    labels = {name: f"_:c14n{place}" for place, name in enumerate(order)}
    lines = [
        f"{labels.get(subject, subject)} {middle} .\n"
        if other is None
        else f"{labels.get(subject, subject)} {middle} {labels[other]} .\n"
        for subject, middle, other in triples
    ]
    return "".join(sorted(lines)).encode("utf-8")


def _hash(name: str, said: Sequence[_Triple]) -> str:
    lines = []
    for subject, middle, other in said:
        first = ("_:a" if subject == name else "_:z") if subject.startswith("_:") else subject
        last = "" if other is None else " _:a" if other == name else " _:z"
        lines.append(f"{first} {middle}{last} .\n")
    return hashlib.sha256("".join(sorted(lines)).encode("utf-8")).hexdigest()
