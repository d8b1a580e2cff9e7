"""Triggers in both dialects, written once."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

__all__ = ["create_trigger", "drop_trigger"]


def create_trigger(
    editor: BaseDatabaseSchemaEditor, name: str, when: str, *, condition: dict[str, str] | str, message: str
) -> None:
    """Make a trigger that refuses a change.

    Args:
        editor: Of the migration.
        name: Of the trigger.
        when: Such as ``BEFORE UPDATE ON records_entry``.
        condition: SQL over NEW that is true for what is refused, by database vendor where they differ.
        message: Told to whoever tried.
    """
    vendor = editor.connection.vendor
    sql = condition if isinstance(condition, str) else condition[vendor]
    if vendor == "sqlite":
        editor.execute(
            f"CREATE TRIGGER {name} {when} FOR EACH ROW WHEN {sql} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    editor.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {sql} THEN "
        f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    editor.execute(f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION {name}()")


def drop_trigger(editor: BaseDatabaseSchemaEditor, name: str, table: str) -> None:
    """Take a trigger away again."""
    if editor.connection.vendor == "sqlite":
        editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        return
    editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    editor.execute(f"DROP FUNCTION IF EXISTS {name}()")
