"""What fills an empty hub is written once, with its customers: only in others do pages of records keep room."""

from importlib import import_module

from django.db import migrations

before = import_module("customers.migrations.0022_room_for_the_customer")
ALWAYS = "ALTER TABLE public.customers_sourcerecord SET (fillfactor = 50);"
SOMETIMES = f"IF EXISTS (SELECT FROM public.customers_sourcerecord) THEN {ALWAYS} END IF;"


class Migration(migrations.Migration):
    dependencies = [("customers", "0022_room_for_the_customer")]
    operations = [migrations.RunSQL(before.ROOM.replace(ALWAYS, SOMETIMES), before.ROOM)]
