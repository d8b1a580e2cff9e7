"""One function per act of the library's table."""
