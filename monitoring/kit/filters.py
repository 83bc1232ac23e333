"""Filters that live in the URL: validated choices, one form, chips that take one away."""

from dataclasses import dataclass
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import QueryDict


class FilterSet(filters.FilterSet):
    """A list page's filters. Whatever is in the URL is checked; nothing unknown is obeyed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for each in self.filters.values():
            if isinstance(each, filters.ChoiceFilter):
                each.extra["empty_label"] = "Any"

    @property
    def rows(self) -> QuerySet[Any]:
        """Return the filtered rows; none at all when the filter was not understood."""
        return self.qs if self.is_valid() else self.queryset.none()

    @property
    def chips(self) -> list["Chip"]:
        """Return one chip per filter in force, with the query string that takes it away."""
        if not self.is_valid():
            return []
        given = {name: value for name, value in self.form.cleaned_data.items() if value}
        return [
            Chip(
                str(self.form.fields[name].label or name),
                self._words(name),
                without(self.data, name),
            )
            for name in given
        ]

    def _words(self, name: str) -> str:
        field, value = self.form.fields[name], self.form.cleaned_data[name]
        chosen = value if isinstance(value, list) else [value]
        choices = {str(key): str(label) for key, label in getattr(field, "choices", [])}
        return ", ".join(choices.get(str(item), str(item)) for item in chosen)


@dataclass(frozen=True)
class Chip:
    """One filter in force: its label, its value in words, and the URL without it."""

    label: str
    words: str
    query: str


def without(query: QueryDict | dict[str, Any] | None, *names: str) -> str:
    """Return `query` as a query string without `names`, and back on the first page."""
    kept = query.copy() if query is not None else QueryDict(mutable=True)
    for name in (*names, "page", "after", "before"):
        kept.pop(name, None)
    return f"?{kept.urlencode()}" if isinstance(kept, QueryDict) and kept else "?"
