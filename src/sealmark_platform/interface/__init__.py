"""The programming interface of the desk: administration, calendar, planner, meetings, what stands beside the files."""
