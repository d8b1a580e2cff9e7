"""Pages for the people of a certification body."""
