"""The certification file, from enquiry to appeal."""
