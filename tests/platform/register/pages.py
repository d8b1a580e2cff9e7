"""Public pages of the register beside search and certificate; each is tried in this folder."""

FILES = {"register-csv", "register-json"}
OF_THE_REGISTER = FILES
