"""Pages of the desk, by who is let in; each is tried in this folder."""

OF_THE_READER = {"calendar", "self-assessments"}
OF_THE_BODY = {"planner", "meeting", "meeting-days", "minutes", "outside-complaints"}
OF_ONE_FILE = {"crew"}
BY_A_SECRET = {"calendar-file", "complaint-status"}
OF_ONE_THING = {
    "self-assessment", "self-assessment-report", "self-assessment-record", "self-assessment-erase", "outside-complaint",
}  # fmt: skip
OF_EVERYBODY = {"complain"}
OF_THE_DESK = OF_THE_READER | OF_THE_BODY | OF_ONE_FILE | BY_A_SECRET | OF_ONE_THING | OF_EVERYBODY
