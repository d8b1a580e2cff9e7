"""Statistics of many items in many cells at once, from one pass over the answers."""
