"""What many tests begin with is made once: it stands in the database, and every test plays in a savepoint above it."""

import contextlib
import copy
import types

from django.db import connection, transaction


class Stage:
    """A pile of savepoints in one transaction that is never committed.

    A layer is a function with arguments: it is called with the test's request and a dictionary of what the layers
    below have made. The layers that lie there already, in the order asked for, are kept; those above them are taken
    down. What was made is lent as a copy: a test may change its own.
    """

    def __init__(self):
        self._pile, self._blocker = [], None

    @contextlib.contextmanager
    def on(self, blocker):
        """Stand on a database that is made, and be gone before it is."""
        self._blocker = blocker
        yield
        self.clear()

    def lend(self, request, layers):
        """Return copies of what layers make, by their names, standing in the database."""
        wanted = [(name, *layer) for name, layer in layers.items()]
        self._take_down_to(_in_common([key for key, _atomic, _made in self._pile], wanted))
        assert len(connection.atomic_blocks) == len(self._pile), "the test began before its stage was set"
        made = {key[0]: one for key, _atomic, one in self._pile}
        with self._blocker.unblock():
            for key in wanted[len(self._pile) :]:
                name, make, *rest = key
                atomic = transaction.atomic()
                atomic.__enter__()
                # Whatever fails while it is made: a layer of which no test knows the key is taken down.
                self._pile.append(((), atomic, None))
                made[name] = make(request, made, *rest)
                self._pile[-1] = (key, atomic, made[name])
        return _copied(made, {})

    def clear(self):
        """Leave an empty database."""
        self._take_down_to(0)

    def _take_down_to(self, height):
        if len(self._pile) == height:
            return
        with self._blocker.unblock():
            while len(self._pile) > height:
                _key, atomic, _made = self._pile.pop()
                transaction.set_rollback(True)
                atomic.__exit__(None, None, None)


def _in_common(one, other):
    height = 0
    while height < min(len(one), len(other)) and one[height] == other[height]:
        height += 1
    return height


def _copied(made, memo):
    """Copy deeply, functions with what they enclose."""
    if isinstance(made, dict):
        return {name: _copied(one, memo) for name, one in made.items()}
    if not isinstance(made, types.FunctionType) or not made.__closure__:
        return copy.deepcopy(made, memo)
    cells = tuple(types.CellType(_copied(cell.cell_contents, memo)) for cell in made.__closure__)
    return types.FunctionType(made.__code__, made.__globals__, made.__name__, made.__defaults__, cells)
