"""The form of one mapping row: the vendor's real values where they are known."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from integrations.public import MappingTable

FEW = 400  # beyond this a list to choose from is slower than typing
Choices = Mapping[str, Sequence[tuple[str, str]]]
BEGINS = (("", "Always"), ("today", "From today on"), ("date", "From the day beside this"))


class MappingForm(forms.Form):
    """One row: its targets, from when, and why. The value it translates is hidden in it."""

    value = forms.CharField(max_length=120, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    since = forms.DateField(required=False, widget=forms.HiddenInput)  # the row's own first day
    begins = forms.ChoiceField(required=False, label="In force")
    effective_from = forms.DateField(
        required=False,
        label="From trading day",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(required=False, max_length=300, label="Why")

    def __init__(
        self,
        data: Any = None,
        *,
        table: MappingTable,
        choices: Choices,
        today: date | None = None,
        always: str = "",
        **options: Any,
    ) -> None:
        """`always` words the first answer to “in force”: since when the value was first seen."""
        super().__init__(data, **options)
        self.table, self.today = table, today
        if not self.initial.get("value") and not self.is_bound:
            self.fields["value"] = _value_field(table)
        for target in table.targets:
            self.fields[f"to_{target.name}"] = _target_field(
                target.label, choices.get(target.name, ()), required=target.required
            )
        begins = self.fields["begins"]
        assert isinstance(begins, forms.ChoiceField)
        begins.choices = [("", always or BEGINS[0][1]), *BEGINS[1:]]
        names = [f"to_{target.name}" for target in table.targets]
        self.order_fields(["value", *names, "begins", "effective_from", "reason"])

    def clean(self) -> dict[str, Any]:
        """A day is asked for where one is meant."""
        given = super().clean() or {}
        if given.get("begins") == "date" and not given.get("effective_from"):
            self.add_error("effective_from", "Say from which trading day.")
        return given

    @property
    def target(self) -> dict[str, str]:
        """Return the targets as the service takes them. Only after `is_valid()`."""
        names = [target.name for target in self.table.targets]
        return {name: given for name in names if (given := self.cleaned_data[f"to_{name}"])}

    @property
    def begins_on(self) -> date | None:
        """Return the first trading day of the row; None: always. Only after `is_valid()`."""
        given = self.cleaned_data
        if given["begins"] == "today":
            return self.today
        return given["effective_from"] or given["since"]

    @property
    def expected_version(self) -> int | None:
        """Return the version that was looked at; a row of another day is a new one."""
        given = self.cleaned_data
        return given["version"] if self.begins_on == given["since"] else None


def _value_field(table: MappingTable) -> forms.Field:
    if table.source_options:
        options = [(option, option.capitalize()) for option in table.source_options]
        return forms.ChoiceField(choices=options, label=table.source_label)
    return forms.CharField(max_length=120, label=table.source_label)


def _target_field(label: str, choices: Sequence[tuple[str, str]], *, required: bool) -> forms.Field:
    if 0 < len(choices) <= FEW:
        return forms.ChoiceField(label=label, required=required, choices=[("", "Choose"), *choices])
    return forms.CharField(label=label, required=required, max_length=120)
