"""The sentences of a verification in four languages: data in ``phrases/<language>.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from sealmark.core.documents import parse_yaml

__all__ = ["LANGUAGES", "say"]

LANGUAGES = ("en", "ru", "zh-Hans", "zh-Hant")


def say(key: str, values: Mapping[str, str] | None = None, *, language: str = "en") -> str:
    """Return a sentence, such as that of an answer or a check.

    Args:
        key: ``section.key``, as a verdict and its checks give it.
        values: What the placeholders stand for.
        language: One of :data:`LANGUAGES`.

    Example:
        >>> say("answer.valid", language="zh-Hans")
        '本证书有效。'
    """
    return sentences(language)[key].format_map(values or {})


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Return every sentence of a language by its key; read once."""
    name = f"{language}.yaml"
    content = parse_yaml((resources.files(__package__) / "phrases" / name).read_bytes(), f"phrases/{name}").content
    assert isinstance(content, dict)
    return {f"{section}.{key}": text for section, part in content.items() for key, text in part.items()}
