"""Words for what the schema refused, with the nearest valid key or value."""

from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from integrations.mapping.validation import nearest
from integrations.operating_model.problems import Path

SENTENCES = {
    "missing": "This is missing.",
    "string_type": "Write text here.",
    "string_too_short": "This is empty.",
    "string_too_long": "Write at most {max_length} letters.",
    "bool_parsing": "Write true or false.",
    "bool_type": "Write true or false.",
    "int_parsing": "Write a whole number.",
    "int_type": "Write a whole number.",
    "decimal_parsing": "Write a number.",
    "decimal_type": "Write a number.",
    "decimal_max_places": "Write at most {decimal_places} decimal places.",
    "greater_than_equal": "Write {ge} or more.",
    "less_than_equal": "Write {le} or less.",
    "time_parsing": "Write a time such as 18:30.",
    "time_type": "Write a time such as 18:30.",
    "date_from_datetime_parsing": "Write a date such as 2026-04-30.",
    "date_parsing": "Write a date such as 2026-04-30.",
    "date_type": "Write a date such as 2026-04-30.",
    "dict_type": "Write keys and values here, one a line.",
    "model_type": "Write keys and values here, one a line.",
    "tuple_type": "Write a list here, one “- …” a line.",
    "list_type": "Write a list here, one “- …” a line.",
}
PATTERNS = {
    "currency": "Write a currency code of three capital letters, such as GBP.",
    "": "Use small letters, digits and single hyphens, such as leeds-tills.",
}


def explain(error: ValidationError, model: type[BaseModel]) -> list[tuple[Path, str]]:
    """Each thing refused, as its path in the file and a sentence. Never repeats what was written
    under `credentials`."""
    return [(_path(detail), sentence_of(detail, model)) for detail in error.errors()]


def _path(detail: ErrorDetails) -> Path:
    path = tuple(detail["loc"])
    return path[:-1] if path and path[-1] == "[key]" else path


def sentence_of(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong with one value, in words."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return f"This key is not known.{_nearest_key(detail, model)}"
    if kind in {"enum", "literal_error"}:
        written = str(detail["input"])
        return f"“{written}” is not possible here.{nearest(written, _choices(context))}"
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(str(_path(detail)[-1]), PATTERNS[""])
    if kind == "value_error":
        return str(context["error"])
    return SENTENCES.get(kind, f"{detail['msg']}.").format(**context)


def _choices(context: dict[str, Any]) -> list[str]:
    """pydantic says `'a', 'b' or 'c'`."""
    return [part for index, part in enumerate(str(context["expected"]).split("'")) if index % 2]


def _nearest_key(detail: ErrorDetails, model: type[BaseModel]) -> str:
    *parents, key = detail["loc"]
    fields = _fields_at(model, parents)
    return nearest(str(key), fields) if fields else ""


def _fields_at(model: Any, path: list[int | str]) -> list[str]:
    """The keys that are valid at a path below `model`."""
    for part in path:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = _bare(model.model_fields[str(part)].annotation)
        else:
            model = _bare(get_args(model)[-1 if get_origin(model) is dict else 0])
    is_model = isinstance(model, type) and issubclass(model, BaseModel)
    return list(model.model_fields) if is_model else []


def _bare(annotation: Any) -> Any:
    """Without Annotated and without `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(arg for arg in get_args(annotation) if arg is not NoneType))
    return annotation
