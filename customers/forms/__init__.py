"""Forms of the pages of customers and imports."""

from customers.forms.customers import (
    AsOfForm,
    CorrectionForm,
    CustomerFilter,
    PinForm,
    RevealForm,
    SearchForm,
    WithdrawForm,
    correctable,
    record_of,
)
from customers.forms.imports import MappingForm, StartForm, UploadForm, VerdictForm

__all__ = [
    "AsOfForm",
    "CorrectionForm",
    "CustomerFilter",
    "MappingForm",
    "PinForm",
    "RevealForm",
    "SearchForm",
    "StartForm",
    "UploadForm",
    "VerdictForm",
    "WithdrawForm",
    "correctable",
    "record_of",
]
