"""No table yet: the hub has taken no statement from anybody."""
