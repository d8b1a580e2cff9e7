"""The words for telling a scheme: sentences, names and numbers in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources

from sealmark.core.documents import parse_yaml
from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.core.numbers import plain
from sealmark.scheme.edition import Edition
from sealmark.scheme.figures import BySize, Number, ParameterRef
from sealmark.scheme.wording import LANGUAGES, Language

__all__ = ["Teller", "rule_phrases"]

_SPACES = re.compile(r"(?<=[）”」，、；：。]) +| +(?=[（“「，、；：。])")  # noqa: RUF001 - Chinese punctuation
"""Full-width punctuation carries its own space."""


@cache
def rule_phrases(language: Language) -> Mapping[str, str]:
    """Return the sentences of a language by ``section.key``; read once."""
    name = f"{language}.yaml"
    file = resources.files("sealmark.scheme") / "phrases" / name
    content = parse_yaml(file.read_bytes(), f"phrases/{name}").content
    assert isinstance(content, dict)
    return {f"{section}.{key}": str(text) for section, part in content.items() for key, text in part.items()}


class Teller:
    """Tells one edition in one language.

    Attributes:
        edition: What is told.
        language: The language of every word.
    """

    def __init__(self, edition: Edition, language: str) -> None:
        found = next((known for known in LANGUAGES if known == language), None)
        if found is None or found not in edition.wording:
            raise SealmarkError(
                Problem(
                    "SM297",
                    f'{edition.id} has no wording in "{language}".',
                    "",
                    did_you_mean(language, edition.wording),
                )
            )
        self.edition = edition
        self.language: Language = found
        self._wording = edition.wording[found]
        self._phrases = rule_phrases(found)

    def say(self, key: str, **values: str) -> str:
        """Return a whole sentence with its placeholders filled."""
        # Wording that asks a question keeps its mark; a full stop after it would be wrong.
        sentence = self._phrases[key].format_map(values).replace("?.", "?").replace("？。", "？")  # noqa: RUF001
        return _SPACES.sub("", sentence) if self.language.startswith("zh") else sentence

    def name(self, section: str, name: str) -> str:
        """Return the wording of an id, or the id itself when the pack has none."""
        found = getattr(self._wording, section).get(name)
        return str((found if isinstance(found, str) else getattr(found, "title", None)) or name)

    def quoted(self, section: str, name: str) -> str:
        """Return the wording of an id in quotation marks."""
        return self.say("join.quote", text=self.name(section, name))

    def text(self, node: str) -> str:
        """Return what a requirement asks for, in full sentences."""
        found = self._wording.nodes.get(node)
        return found.text if found else ""

    def listed(self, words: Iterable[str]) -> str:
        """Return words as one enumeration."""
        return self.say("join.list").join(words)

    def points(self, words: Iterable[str]) -> str:
        """Return longer parts as one enumeration."""
        return self.say("join.points").join(words)

    def sentences(self, parts: Iterable[str]) -> str:
        """Return sentences one after the other."""
        return self.say("join.sentence").join(part for part in parts if part)

    def figure(self, value: Decimal, *, share: bool = False) -> str:
        """Return a number as the language writes it; shares as percent."""
        text = plain(value * 100 if share else value).replace(".", self.say("join.decimal"))
        return self.say("join.percent", value=text) if share else text

    def number(self, number: Number, *, share: bool = False) -> str:
        """Return a number in words: its value, or who must supply it, or one per size class."""
        if isinstance(number, BySize):
            sizes = [
                self.say("number.of_size", size=self.name("labels", size), value=self.number(value, share=share))
                for size, value in number.by_size.items()
            ]
            return self.say("number.by_size", list=self.listed(sizes))
        if isinstance(number, ParameterRef):
            return self._parameter(number.parameter, share=share)
        return self.figure(number, share=share)

    def _parameter(self, name: str, *, share: bool) -> str:
        parameter = self.edition.parameters.get(name)
        found = parameter.on(self.edition.manifest.effective_from) if parameter else None
        label = self.quoted("parameters", name)
        if found is None or found.value is None:
            return self.say("number.open", name=label)
        return self.say("number.parameter", value=self.figure(found.value, share=share), name=label)
