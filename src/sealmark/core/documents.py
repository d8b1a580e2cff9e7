"""Documents that people write and open: YAML with exact decimals and positions, cells that are no formulas.

The dialect is small on purpose. Anchors and aliases are refused (they hide
content and can explode), duplicate keys are refused, ``yes``/``no``/``on``
stay text, fractions are read as :class:`decimal.Decimal`, and every value
keeps its line so that an error can name it.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sealmark.core.errors import Problem, SealmarkError, did_you_mean

__all__ = ["Document", "Position", "harmless", "parse_yaml", "read_model", "read_yaml_model", "salvage"]

LIMIT_BYTES = 4 << 20
LIMIT_DEPTH = 40

Path_ = tuple["str | int", ...]
Model = TypeVar("Model", bound=BaseModel)

# Leading zeros are kept: 007 is a label, not seven.
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FRACTION = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_NULLS = {"", "~", "null"}
_FAST: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, counted from one."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """A parsed file: its name, its content, and where each value stands."""

    name: str
    content: object
    positions: Mapping[Path_, Position] = field(default_factory=dict)

    def where(self, path: Sequence[str | int] = ()) -> str:
        """Return ``file, line N (key)`` for a path into the content, or for its nearest parent."""
        spot = tuple(path)
        label = ".".join(str(part) for part in spot)
        while spot and spot not in self.positions:
            spot = spot[:-1]
        position = self.positions.get(spot)
        line = f", line {position.line}, column {position.column}" if position else ""
        return f"{self.name}{line}" + (f", {label}" if label else "")


def parse_yaml(text: str | bytes, name: str) -> Document:
    """Return the content of a YAML text with the position of every value.

    Args:
        text: The file's content, UTF-8 if bytes (a byte order mark is accepted).
        name: How errors shall call the file.

    Raises:
        SealmarkError: SM101 not UTF-8, SM102 not YAML, SM103 alias or anchor,
            SM104 duplicate key, SM105 too large or too deep, SM106 empty,
            SM107 a key that is not text or a tag.

    Example:
        >>> parse_yaml("points: 2.50", "x.yaml").content
        {'points': Decimal('2.50')}
    """
    text = _as_text(text, name)
    try:
        node = _compose(text, name)
    except yaml.MarkedYAMLError as error:
        raise SealmarkError(_syntax_problem(error, name)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise SealmarkError(Problem("SM102", f"The file is not readable YAML: {error}", name)) from error
    if node is None:
        raise SealmarkError(Problem("SM106", "The file is empty.", name, "Write its content, or remove it."))
    builder = _Builder(name)
    content = builder.build(node, ())
    if builder.problems:
        raise SealmarkError(*builder.problems)
    return Document(name, content, builder.positions)


def _compose(text: str, name: str) -> yaml.Node | None:
    try:
        _refuse_aliases(text, name, _FAST)
        return yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError:
        # The C parser words its messages differently; people get one wording on every machine.
        _refuse_aliases(text, name, yaml.SafeLoader)
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _as_text(text: str | bytes, name: str) -> str:
    if len(text) > LIMIT_BYTES:
        fix = f"Files may have {LIMIT_BYTES >> 20} MiB; split it."
        raise SealmarkError(Problem("SM105", "The file is too large.", name, fix))
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise SealmarkError(
            Problem("SM101", "The file is not UTF-8 text.", f"{name}, line {line}", "Save it as UTF-8.")
        ) from error


def _refuse_aliases(text: str, name: str, loader: type[yaml.SafeLoader]) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        anchor = getattr(event, "anchor", None)
        if anchor:
            what = f'Anchors and aliases ("&{anchor}", "*{anchor}") are not allowed.'
            raise SealmarkError(
                Problem("SM103", what, name + _place(event.start_mark), "Write the value out at each place.")
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > LIMIT_DEPTH:
            what = f"More than {LIMIT_DEPTH} levels inside each other."
            raise SealmarkError(Problem("SM105", what, name + _place(event.start_mark), "Flatten the content."))


def _place(mark: yaml.error.Mark | Any) -> str:
    return f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _syntax_problem(error: yaml.MarkedYAMLError, name: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    return Problem(
        "SM102",
        f"The file is not valid YAML: {error.problem or error.context}.",
        name + _place(mark),
        "Look at indentation, colons and quotes on this line and the one above.",
    )


class _Builder:
    """Turns a node tree into plain values and remembers where each stood."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.positions: dict[Path_, Position] = {}
        self.problems: list[Problem] = []

    def build(self, node: yaml.Node, path: Path_) -> object:
        self.positions[path] = Position(node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, object]:
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                self._problem("SM107", "A key must be text.", key_node, "Write the key as one word.")
                continue
            if key in result:
                self._problem("SM104", f'The key "{key}" stands twice.', key_node, "Keep one of the two.")
                continue
            result[key] = self.build(value_node, (*path, key))
            # A missing key is reported at its mapping, a wrong value at its own key.
            self.positions[(*path, key)] = Position(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        return result

    def _scalar(self, node: yaml.Node) -> object:
        text = str(node.value)
        if node.tag not in _KNOWN_TAGS:
            self._problem("SM107", f'The tag "{node.tag}" is not allowed.', node, "Remove the tag.")
            return text
        if getattr(node, "style", None):
            return text
        return _plain_scalar(text)

    def _problem(self, code: str, what: str, node: yaml.Node, fix: str) -> None:
        mark = node.start_mark
        where = f"{self.name}, line {mark.line + 1}, column {mark.column + 1}"
        self.problems.append(Problem(code, what, where, fix))


_KNOWN_TAGS = {
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}


def _plain_scalar(text: str) -> object:
    if text in _NULLS:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.match(text):
        return int(text)
    if _FRACTION.match(text):
        return Decimal(text)
    return _date_or_text(text)


def _date_or_text(text: str) -> object:
    try:
        return dt.date.fromisoformat(text) if _DATE.match(text) else text
    except ValueError:
        return text


def read_model(document: Document, model: type[Model], *, code: str) -> Model:
    """Return the document's content as ``model``, or every problem it has.

    Args:
        document: A parsed file.
        model: A pydantic model that forbids unknown keys.
        code: The error code for content that does not fit the model.

    Raises:
        SealmarkError: With one problem per wrong, missing or unknown value.
    """
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        raise SealmarkError(*_model_problems(document, model, error, code)) from error


def read_yaml_model(path: Path | str, model: type[Model], *, code: str) -> Model:
    """Return what a YAML file says as ``model``, or every problem it has.

    Args:
        path: The file; problems name it without its folder.
        model: A pydantic model that forbids unknown keys.
        code: The error code for content that does not fit the model.

    Raises:
        SealmarkError: SM331 the file cannot be opened, SM1xx it is not YAML, ``code`` its content does not fit.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"The file cannot be opened: {error.strerror}."
        raise SealmarkError(Problem("SM331", what, str(path), "Check the path and its permissions.")) from error
    return read_model(parse_yaml(content, path.name), model, code=code)


def salvage(document: Document, model: type[Model]) -> tuple[Model | None, bool]:
    """Return the model without what does not fit, and whether only unknown keys were left out.

    For checks that go on after a first problem, never for work: the result
    lacks content. None when nothing sensible is left.
    """
    content, only_extra = copy.deepcopy(document.content), True
    for _ in range(_SALVAGE_ROUNDS):
        try:
            return model.model_validate(content), only_extra
        except ValidationError as error:
            items = _own_errors(error)
            only_extra = only_extra and all(item["type"] == "extra_forbidden" for item in items)
            paths = {_wrong_path(content, item) for item in items}
        # Later items of a list first, so that the places of the others stay true.
        for path in sorted(paths, key=lambda path: [str(part).zfill(6) for part in path], reverse=True):
            if not path:
                return None, False
            _remove(content, path)
    return None, False


def _own_errors(error: ValidationError) -> list[ErrorDetails]:
    """Return the errors without "too short" for lists whose entries were left out for errors of their own."""
    items = error.errors(include_url=False)
    return [
        item
        for item in items
        if item["type"] != "too_short" or len(item["input"]) < item.get("ctx", {}).get("min_length", 0)
    ]


def _wrong_path(content: object, item: ErrorDetails) -> Path_:
    path = _content_path(content, item)
    return path[:-1] if item["type"] == "missing" else path


def _remove(content: Any, path: Path_) -> None:
    try:
        for part in path[:-1]:
            content = content[part]
        del content[path[-1]]
    except (KeyError, IndexError, TypeError):
        return


def _model_problems(document: Document, model: type[BaseModel], error: ValidationError, code: str) -> list[Problem]:
    by_path: dict[Path_, list[ErrorDetails]] = {}
    for item in _own_errors(error):
        by_path.setdefault(_content_path(document.content, item), []).append(item)
    problems = []
    for path, items in by_path.items():
        what, fix = _describe(items[0], path, model, document.content) if len(items) == 1 else _describe_union(items)
        problems.append(Problem(code, what, document.where(path), fix))
    return problems


def _content_path(content: object, item: ErrorDetails) -> Path_:
    """Drop the union tags that pydantic mixes into a location."""
    loc = item["loc"]
    own_key = item["type"] in {"missing", "extra_forbidden"}
    path: list[str | int] = []
    for part in loc[:-1] if own_key else loc:
        in_list = isinstance(content, list) and isinstance(part, int) and part < len(content)
        if in_list or (isinstance(content, dict) and part in content):
            content = content[part]  # type: ignore[index]
            path.append(part)
    return (*path, loc[-1]) if own_key else tuple(path)


def _describe(item: ErrorDetails, path: Path_, model: type[BaseModel], content: object) -> tuple[str, str]:
    """Return what is wrong and what is legal for one pydantic error."""
    kind, given = item["type"], item.get("input")
    if kind == "extra_forbidden":
        legal = _legal_keys(model, content, path[:-1])
        return f'Unknown key "{path[-1]}".', did_you_mean(str(path[-1]), legal)
    if kind == "missing":
        return f'The key "{path[-1]}" is missing.', "Add it; `sealmark schema` prints what it may hold."
    if kind == "literal_error":
        legal = re.findall(r"'([^']*)'", str(item.get("ctx", {}).get("expected", "")))
        return f"{_show(given)} is not legal here.", did_you_mean(str(given), legal)
    if kind == "string_type" and isinstance(given, (int, Decimal)) and not isinstance(given, bool):
        return f"{_show(given)} is a number where text is needed.", f'Put it in quotes: "{given}".'
    if kind in _WORDS:
        what, fix = _WORDS[kind]
        context = item.get("ctx", {})
        return what.format(given=_show(given), **context), fix.format(given=_show(given), **context)
    return _own_words(item, given)


def _own_words(item: ErrorDetails, given: object) -> tuple[str, str]:
    """Return what a model's own rule says; its second line, if any, is the cure."""
    message, _, fix = item["msg"].removeprefix("Value error, ").partition("\n")
    shown = "" if isinstance(given, (dict, list, BaseModel)) else f": {_show(given)}"
    keys = str(item.get("ctx", {}).get("keys", ""))
    if keys:
        legal = keys.split(", ")
        hints = [did_you_mean(str(key), legal) for key in given] if isinstance(given, dict) else []
        fix = next((hint for hint in hints if hint.startswith("Did")), f"Legal: {keys}.")
    return f"{message[:1].upper()}{message[1:]}{shown}.", fix


def _describe_union(items: list[ErrorDetails]) -> tuple[str, str]:
    """Return one sentence for a value that fits none of several kinds."""
    legal: list[str] = []
    for item in items:
        expected = re.findall(r"'([^']*)'", str(item.get("ctx", {}).get("expected", "")))
        legal += expected or [_KINDS.get(item["type"].split("_")[0], "")]
    names = ", ".join(dict.fromkeys(name for name in legal if name))
    return f"{_show(items[0].get('input'))} is not legal here.", f"Legal: {names}."


def _show(given: object) -> str:
    if given is None:
        return "An empty value"
    if isinstance(given, dict):
        return f"A group of keys ({', '.join(map(str, list(given)[:4]))})" if given else "An empty group {}"
    if isinstance(given, (list, tuple)):
        return f"A list of {len(given)}" if given else "An empty list []"
    if isinstance(given, bool):
        return str(given).lower()
    return f'"{given}"'


_SALVAGE_ROUNDS = 6
_NUMBER_FIX = "Write a number without quotes, for example 12 or 0.80."
_DATE_FIX = "Write dates as 2026-01-31."
_KINDS = {"bool": "true, false", "decimal": "a number", "int": "a whole number", "string": "text",
          "date": "a date (2026-01-31)", "none": "null"}  # fmt: skip
_WORDS = {
    "decimal_type": ("{given} is not a number.", _NUMBER_FIX),
    "decimal_parsing": ("{given} is not a number.", _NUMBER_FIX),
    "int_type": ("{given} is not a whole number.", "Write a whole number without quotes, for example 12."),
    "int_parsing": ("{given} is not a whole number.", "Write a whole number without quotes, for example 12."),
    "int_from_float": ("{given} is not a whole number.", "Write it without a fraction."),
    "bool_type": ("{given} is neither true nor false.", "Legal: false, true."),
    "bool_parsing": ("{given} is neither true nor false.", "Legal: false, true."),
    "date_type": ("{given} is not a date.", _DATE_FIX),
    "date_parsing": ("{given} is not a date.", _DATE_FIX),
    "date_from_datetime_parsing": ("{given} is not a date.", _DATE_FIX),
    "date_from_datetime_inexact": ("{given} is not a date.", _DATE_FIX),
    "string_type": ("{given} stands where text is needed.", "Write text."),
    "string_too_short": ("The text is empty.", "Write it, or remove the key."),
    "string_too_long": ("The text is too long.", "At most {max_length} characters."),
    "string_pattern_mismatch": (
        "{given} is not an identifier.",
        "Legal: letters a-z, digits, dot, dash and underscore, at most 64 characters, a letter or digit first.",
    ),
    "model_type": ("{given} stands where keys with values are needed.", "Write one `key: value` per line."),
    "dict_type": ("{given} stands where keys with values are needed.", "Write one `key: value` per line."),
    "tuple_type": ("{given} stands where a list is needed.", "Write [a, b], or one `- item` per line."),
    "list_type": ("{given} stands where a list is needed.", "Write [a, b], or one `- item` per line."),
    "too_short": ("{given} has too few entries.", "At least {min_length}."),
    "too_long": ("{given} has too many entries.", "At most {max_length}."),
    "greater_than_equal": ("{given} is too small.", "Legal: {ge} or more."),
    "greater_than": ("{given} is too small.", "Legal: more than {gt}."),
    "less_than_equal": ("{given} is too large.", "Legal: {le} or less."),
    "less_than": ("{given} is too large.", "Legal: less than {lt}."),
}


def _legal_keys(model: type[BaseModel], content: object, path: Path_) -> list[str]:
    """Return the keys legal at ``path``, of the kind of thing that stands there."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    parts = _expand([schema], content, definitions)
    for step in path:
        content = _item(content, step)
        parts = _expand([_below(part, step) for part in parts], content, definitions)
    return sorted({key for part in parts for key in part.get("properties", {})})


def _item(content: Any, step: str | int) -> object:
    try:
        return content[step]
    except (KeyError, IndexError, TypeError):
        return None


_Schema = dict[str, Any]


def _below(part: _Schema, step: str | int) -> _Schema:
    if isinstance(step, int):
        items = part.get("items", {})
        return items if isinstance(items, dict) else {}
    named = part.get("properties", {}).get(step)
    others = [*part.get("patternProperties", {}).values(), part.get("additionalProperties")]
    return next((found for found in (named, *others) if isinstance(found, dict)), {})


def _expand(parts: list[_Schema], content: object, definitions: _Schema) -> list[_Schema]:
    """Follow references, and of alternatives keep those whose required keys are there."""
    result: list[_Schema] = []
    queue = list(parts)
    while queue:
        part = queue.pop()
        if "$ref" in part:
            queue.append(definitions[part["$ref"].rsplit("/", 1)[-1]])
            continue
        for key in ("anyOf", "oneOf", "allOf"):
            queue.extend(part.get(key, []))
        result.append(part)
    keys = set(content) if isinstance(content, dict) else set()
    present = [len(keys.intersection(part.get("required", []))) for part in result]
    return [part for part, number in zip(result, present, strict=True) if number == max(present)]


# The full-width forms are turned into the plain ones by some programs.
_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """Return a text of a cell that no spreadsheet program takes for a formula.

    Example:
        >>> harmless("=1+1"), harmless("Ada")
        ("'=1+1", 'Ada')
    """
    return "'" + text if text.startswith(_STARTERS) or text.lstrip(" \u00a0").startswith(_STARTERS) else text
