"""API addresses of the customers app."""

from django.urls import path

from customers.api import crosswalk, customers, household_pairs, households, records, suggestions

urlpatterns = [
    path("records/", records.Records.as_view(), name="records"),
    path("records/<slug:source>/<path:key>/", records.Record.as_view(), name="record"),
    path("customers/", customers.Customers.as_view(), name="customers"),
    path("customers/search/", customers.Search.as_view(), name="customer-search"),
    path("customers/<uuid:key>/", customers.OneCustomer.as_view(), name="customer"),
    path("customers/<uuid:key>/records/", customers.CustomerRecords.as_view(), name="customer-records"),
    path("customers/<uuid:key>/history/", customers.CustomerHistory.as_view(), name="customer-history"),
    path("customers/<uuid:key>/households/", households.CustomerHouseholds.as_view(), name="customer-households"),
    path("households/pairs/", household_pairs.HouseholdPairs.as_view(), name="household-pairs"),
    path("households/pairs/<uuid:key>/", household_pairs.OnePair.as_view(), name="household-pair"),
    path("households/pairs/<uuid:key>/answer/", household_pairs.PairAnswer.as_view(), name="household-pair-answer"),
    path("households/pairs/<uuid:key>/undo/", household_pairs.PairUndo.as_view(), name="household-pair-undo"),
    path("households/<uuid:key>/", households.OneHousehold.as_view(), name="household"),
    path("customers/<uuid:key>/suggestions/", suggestions.CustomerSuggestions.as_view(), name="customer-suggestions"),
    path("crosswalk/", crosswalk.Crosswalk.as_view(), name="crosswalk"),
]
