from sealmark.measure.engine import connect, use_limits
from sealmark.measure.storage.watching import Step, watched


def shares(queries):
    steps = []
    with use_limits(None) as engines, watched(engines, Step("adding up", 0.0, 7), steps.append, queries=queries):
        connection = connect()
        connection.con.execute("CREATE TABLE t AS SELECT i FROM range(1000000) r(i)")
        # Until the watcher has looked three times.
        while len(steps) < 4:
            connection.con.execute("SELECT sum(hash(a.i)) FROM t a, (FROM t LIMIT 20) b").fetchall()
    assert {(step.label, step.rows) for step in steps} == {("adding up", 7)}
    return [step.share for step in steps]


def test_shares_go_from_nothing_to_the_whole():
    found = shares(queries=1)

    assert (found[0], found[-1]) == (0.0, 1.0)
    assert all(0 <= share <= 0.99 for share in found[:-1])


def test_of_several_queries_each_is_a_part():
    found = shares(queries=1000)

    assert found[-1] == 1.0
    assert max(found[:-1]) < 0.1


def test_without_a_listener_nobody_watches():
    with use_limits(None) as engines, watched(engines, Step("x", 0.0), None):
        connection = connect()

    assert engines == [connection]
