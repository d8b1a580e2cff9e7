"""Public pages of the register beside search and certificate; each is tried in this folder."""

FILES = {"register-csv", "register-json"}
BY_ANYBODY = {"subscribe", "subscription"}
OF_THE_BODY = {"withholdings", "withholding"}
OF_THE_REGISTER = FILES | BY_ANYBODY | OF_THE_BODY
