"""The form of one mapping row: the vendor's real values where they are known."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from integrations.public import MappingTable

FEW = 400  # beyond this a list to choose from is slower than typing
Choices = Mapping[str, Sequence[tuple[str, str]]]


class MappingForm(forms.Form):
    """One row: its targets, from when, and why. The value it translates is hidden in it."""

    value = forms.CharField(max_length=120, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    effective_from = forms.DateField(
        required=False,
        label="From trading day (empty: always)",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(required=False, max_length=300, label="Why")

    def __init__(
        self, data: Any = None, *, table: MappingTable, choices: Choices, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.table = table
        if not self.initial.get("value") and not self.is_bound:
            self.fields["value"] = _value_field(table)
        for target in table.targets:
            self.fields[f"to_{target.name}"] = _target_field(
                target.label, choices.get(target.name, ()), required=target.required
            )
        names = [f"to_{target.name}" for target in table.targets]
        self.order_fields(["value", *names, "effective_from", "reason", "version"])

    @property
    def target(self) -> dict[str, str]:
        """Return the targets as the service takes them. Only after `is_valid()`."""
        names = [target.name for target in self.table.targets]
        return {name: given for name in names if (given := self.cleaned_data[f"to_{name}"])}


def _value_field(table: MappingTable) -> forms.Field:
    if table.source_options:
        options = [(option, option.capitalize()) for option in table.source_options]
        return forms.ChoiceField(choices=options, label=table.source_label)
    return forms.CharField(max_length=120, label=table.source_label)


def _target_field(label: str, choices: Sequence[tuple[str, str]], *, required: bool) -> forms.Field:
    if 0 < len(choices) <= FEW:
        return forms.ChoiceField(label=label, required=required, choices=[("", "Choose"), *choices])
    return forms.CharField(label=label, required=required, max_length=120)
