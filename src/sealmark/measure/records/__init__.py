"""Service records: clocks in calendar and business time, shares, percentiles, recurrence."""
