"""What sources said, and the golden customer made of it."""

from customers.models.attribute import Attribute
from customers.models.customer import Customer, CustomerDomain, PartyType, PendingCheck
from customers.models.export import ExportChunk, ExportFile
from customers.models.household import Household, HouseholdMember
from customers.models.household_pair import HouseholdPair
from customers.models.load import Load, LoadChunk, RejectedRow
from customers.models.pin import Pin
from customers.models.record import SourceRecord
from customers.models.relation import Relation
from customers.models.search import SearchTerm
from customers.models.source import Source
from customers.models.suggestion import Agreement, Fillable, SuggestionAnswer, SuggestionRun, Tally
from customers.models.unusual import LoadCensus
from customers.models.value_finding import ValueFinding

__all__ = [
    "Agreement",
    "Attribute",
    "Customer",
    "CustomerDomain",
    "ExportChunk",
    "ExportFile",
    "Fillable",
    "Household",
    "HouseholdMember",
    "HouseholdPair",
    "Load",
    "LoadCensus",
    "LoadChunk",
    "PartyType",
    "PendingCheck",
    "Pin",
    "RejectedRow",
    "Relation",
    "SearchTerm",
    "Source",
    "SourceRecord",
    "SuggestionAnswer",
    "SuggestionRun",
    "Tally",
    "ValueFinding",
]
