"""What people fill in on the page of a day."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import slugify

SHORT = 300


class ReasonForm(forms.Form):
    """A reason that is kept with what is done."""

    reason = forms.CharField(max_length=SHORT, label="Why")


class NoteForm(forms.Form):
    """A word to the next person; nothing has to be said."""

    note = forms.CharField(max_length=SHORT, required=False, label="Note (optional)")


class ExplainForm(forms.Form):
    """Why a difference is accepted, or who clears it by when."""

    key = forms.CharField(max_length=160, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label="Reason")
    text = forms.CharField(max_length=SHORT, required=False, label="What happened")
    carried = forms.BooleanField(required=False, label="Carry it forward: it will clear later")
    owner = forms.CharField(max_length=80, required=False, label="Who clears it")
    expected_on = forms.DateField(
        required=False, label="Expected on", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        codes: Sequence[tuple[str, str]],
        key: str = "",
    ) -> None:
        self.about = key or (data.get("key", "") if data else "")
        name = slugify(self.about)
        super().__init__(data, initial={"key": key}, auto_id=f"{name}-%s")
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = [("", "Choose"), *codes]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("carried"):
            for name in ("owner", "expected_on"):
                if not given.get(name):
                    self.add_error(name, "A carried item needs an owner and a date.")
        return given
