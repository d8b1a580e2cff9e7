"""Import files as they come: mappings, readers, conversions, profiles and reconciliations."""
