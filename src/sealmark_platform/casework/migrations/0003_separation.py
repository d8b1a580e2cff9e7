from django.db import migrations

from sealmark_platform.records.triggers import create_trigger, drop_trigger

FILE = "FROM casework_evaluation e JOIN casework_certificationfile f ON f.id = e.file_id"
TIED = (
    f"EXISTS (SELECT 1 {FILE} JOIN parties_body b ON b.id = f.body_id"
    " JOIN parties_persontie t ON t.organization_id = f.organization_id AND t.person_id = NEW.person_id"
    " WHERE e.id = NEW.evaluation_id AND (t.until IS NULL OR t.until > {limit}))"
)
LIMITS = {
    "sqlite": "date(NEW.assigned_on, '-' || b.cooling_off_days || ' days')",
    "postgresql": "NEW.assigned_on - b.cooling_off_days",
}
SPEAKS = (
    f"EXISTS (SELECT 1 {FILE} JOIN parties_representation r ON r.organization_id = f.organization_id"
    " AND r.person_id = NEW.person_id WHERE e.id = NEW.evaluation_id)"
)
TOOK_PART = (
    "EXISTS (SELECT 1 FROM casework_objection o JOIN casework_evaluation e ON e.file_id = o.file_id"
    " JOIN casework_participation p ON p.evaluation_id = e.id AND p.person_id = NEW.person_id AND p.side <> 'panel'"
    " WHERE o.id = NEW.objection_id)"
)
NO_DECIDER = (
    "NOT EXISTS (SELECT 1 FROM casework_participation p WHERE p.id = NEW.participation_id"
    " AND p.evaluation_id = NEW.evaluation_id AND p.side IN ('decision', 'review-and-decision'))"
)
DECIDES_OUTSIDE = (
    "NEW.evaluation_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM casework_participation p"
    " WHERE p.evaluation_id = NEW.evaluation_id AND p.person_id = NEW.decided_by_id"
    " AND p.side IN ('decision', 'review-and-decision'))"
)
TRIGGERS = (
    ("seat_without_tie", "casework_participation", {vendor: TIED.format(limit=limit) for vendor, limit in LIMITS.items()},
     "the person is tied to the organization"),
    ("seat_not_for_clients", "casework_participation", SPEAKS, "the person speaks for the organization"),
    ("panel_not_involved", "casework_panellist", TOOK_PART, "the person took part in the file"),
    ("vote_of_decider", "casework_vote", NO_DECIDER, "only the deciding side votes"),
    ("decision_of_decider", "casework_decision", DECIDES_OUTSIDE, "only the deciding side decides"),
)  # fmt: skip


def create(apps, editor):
    for name, table, condition, message in TRIGGERS:
        for verb in ("insert", "update"):
            create_trigger(
                editor, f"{name}_{verb}", f"BEFORE {verb.upper()} ON {table}", condition=condition, message=message
            )


def drop(apps, editor):
    for name, table, _, _ in TRIGGERS:
        for verb in ("insert", "update"):
            drop_trigger(editor, f"{name}_{verb}", table)


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_links"), ("records", "0002_only_add"), ("parties", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
