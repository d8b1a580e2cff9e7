"""Values that every stage shares: errors, documents, canonical form, decimals, periods, estimates."""
