from importlib import import_module

from django.db import migrations, models
from django.db.models import Max

from sealmark_platform.records.triggers import create_trigger, drop_trigger

EARLIER = import_module("sealmark_platform.casework.migrations.0003_separation")
SUBJECTS = {
    "application": "CertificationFile", "evaluation": "Evaluation", "finding": "Finding", "certificate": "Certificate",
    "objection": "Objection",
}  # fmt: skip

OLDER = {
    "sqlite": "date({day}, '-' || b.cooling_off_days || ' days')",
    "postgresql": "{day} - b.cooling_off_days",
}
# A person who is tied to the organization of the file that {file} finds, on {day}.
TIED = (
    "EXISTS (SELECT 1 {file} JOIN parties_body b ON b.id = f.body_id"
    " JOIN parties_persontie t ON t.organization_id = f.organization_id AND t.person_id = {person}"
    " WHERE {own} AND (t.until IS NULL OR t.until > {limit}))"
    " OR EXISTS (SELECT 1 {file} JOIN parties_representation r ON r.organization_id = f.organization_id"
    " AND r.person_id = {person} WHERE {own})"
)


def tied(file, own, person, day):
    return {
        vendor: TIED.format(file=file, own=own, person=person, limit=limit.format(day=day))
        for vendor, limit in OLDER.items()
    }


OF_OBJECTION = "FROM casework_objection o JOIN casework_certificationfile f ON f.id = o.file_id"
OF_CERTIFICATE = "FROM casework_certificate c JOIN casework_certificationfile f ON f.id = c.file_id"
OF_EVALUATION = "FROM casework_evaluation e JOIN casework_certificationfile f ON f.id = e.file_id"
DECIDES_ALONE = "NEW.evaluation_id IS NULL"

TIED_PANEL = tied(OF_OBJECTION, "o.id = NEW.objection_id", "NEW.person_id", "NEW.assigned_on")
TIED_DECIDER = {
    vendor: f"{DECIDES_ALONE} AND ({sql})"
    for vendor, sql in tied(OF_CERTIFICATE, "c.id = NEW.certificate_id", "NEW.decided_by_id", "NEW.decided_on").items()
}
TIED_ON_DAY = {
    vendor: f"NEW.evaluation_id IS NOT NULL AND ({sql})"
    for vendor, sql in tied(OF_EVALUATION, "e.id = NEW.evaluation_id", "NEW.decided_by_id", "NEW.decided_on").items()
}
NO_DECIDER = (
    f"{DECIDES_ALONE} AND NOT EXISTS (SELECT 1 {OF_CERTIFICATE} JOIN parties_membership m ON m.body_id = f.body_id"
    " AND m.person_id = NEW.decided_by_id AND m.function = 'decider'"
    " AND (m.until IS NULL OR m.until >= NEW.decided_on) WHERE c.id = NEW.certificate_id)"
)
EVALUATED = (
    f"{DECIDES_ALONE} AND EXISTS (SELECT 1 FROM casework_certificate c JOIN casework_evaluation e ON e.file_id ="  # noqa: S608
    " c.file_id JOIN casework_participation p ON p.evaluation_id = e.id AND p.person_id = NEW.decided_by_id"
    " AND p.side = 'evaluation' WHERE c.id = NEW.certificate_id AND e.number = (SELECT max(x.number)"
    " FROM casework_evaluation x WHERE x.file_id = c.file_id))"
)
BOTH = (
    f"NEW.side = 'review-and-decision' AND EXISTS (SELECT 1 {OF_EVALUATION} JOIN parties_body b ON b.id = f.body_id"
    " WHERE e.id = NEW.evaluation_id AND NOT b.reviewer_may_decide)"
)
STEPPED_ASIDE = (
    "EXISTS (SELECT 1 FROM casework_participation p WHERE p.id = NEW.participation_id AND p.stepped_aside <> '')"
)
MOVED = "NEW.side <> OLD.side OR NEW.person_id <> OLD.person_id OR NEW.evaluation_id <> OLD.evaluation_id"

# What a seat becomes later (who stepped aside, who has acted) is no new seat: else nobody tied could step aside.
GIVEN_ANEW = "(NEW.assigned_on <> OLD.assigned_on)"
SEAT = ("seat_without_tie", "seat_not_for_clients")

WRITES = ("insert", "update")
TRIGGERS = (
    ("panel_without_tie", "casework_panellist", WRITES, TIED_PANEL, "the person is tied to the organization"),
    ("decider_without_tie", "casework_decision", WRITES, TIED_DECIDER, "the person is tied to the organization"),
    ("decider_still_free", "casework_decision", WRITES, TIED_ON_DAY, "the person is tied to the organization"),
    ("decision_of_member", "casework_decision", WRITES, NO_DECIDER, "only deciders of the body decide"),
    ("decision_not_of_team", "casework_decision", WRITES, EVALUATED, "the person evaluated"),
    ("both_sides_if_allowed", "casework_participation", WRITES, BOTH, "nobody reviews and decides in this body"),
    ("vote_while_seated", "casework_vote", WRITES, STEPPED_ASIDE, "the person stepped aside"),
    ("seat_keeps_its_side", "casework_participation", ("update",), MOVED, "a seat keeps its side and its person"),
    ("seat_that_acted_stays", "casework_participation", ("delete",), "OLD.has_acted", "who acted keeps the seat"),
)  # fmt: skip


def ease(apps, editor):
    for name, table, condition, message in EARLIER.TRIGGERS:
        if name in SEAT:
            drop_trigger(editor, f"{name}_update", table)
            sql = condition if isinstance(condition, str) else condition[editor.connection.vendor]
            create_trigger(
                editor, f"{name}_update", f"BEFORE UPDATE ON {table}", condition=f"{GIVEN_ANEW} AND ({sql})",
                message=message,
            )  # fmt: skip


def create(apps, editor):
    for name, table, verbs, condition, message in TRIGGERS:
        for verb in verbs:
            create_trigger(
                editor, f"{name}_{verb}", f"BEFORE {verb.upper()} ON {table}", condition=condition, message=message
            )


def drop(apps, editor):
    for name, table, verbs, _, _ in TRIGGERS:
        for verb in verbs:
            drop_trigger(editor, f"{name}_{verb}", table)


def know_last_entries(apps, editor):
    newest = apps.get_model("records", "Entry").objects.values("subject").annotate(last=Max("number"))
    for subject, last in newest.values_list("subject", "last"):
        kind, _, pk = subject.partition(":")
        apps.get_model("casework", SUBJECTS[kind]).objects.filter(pk=pk).update(last_entry=last)


def nothing(apps, editor):
    pass


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_separation"), ("records", "0002_only_add"), ("parties", "0001_initial")]
    # SQLite makes a table anew to add a column: no trigger may name it then, and its own would be lost.
    operations = [
        migrations.RunPython(EARLIER.drop, EARLIER.create),
        *(
            migrations.AddField(name.lower(), "last_entry", models.BigIntegerField(default=0))
            for name in SUBJECTS.values()
        ),
        migrations.RunPython(EARLIER.create, EARLIER.drop),
        migrations.RunPython(ease, nothing),
        migrations.RunPython(create, drop),
        migrations.RunPython(know_last_entries, nothing),
    ]
