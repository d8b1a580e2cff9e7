"""Print the house numbers and fail when one is beyond its limit (docs/explanation/house-numbers are in CONTRIBUTING)."""

import ast
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMITS = {
    "body median": 8,
    "body 90th percentile": 30,
    "longest body": 60,
    "longest module": 600,
    "longest requirement file": 60,
    "top-level folders": 7,
}
# The platform is young: its share rises with every slice.
AT_LEAST = {
    "library: tests and cases per line of code": 1.0,
    "platform: tests per line of code": 0.45,
    "annotated functions, share": 1.0,
}


def body_lines(node):
    """Lines from the first statement after the docstring to the end."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return node.end_lineno - body[0].lineno + 1


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def is_annotated(node):
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    own = [item for item in arguments if item.arg not in {"self", "cls"}]
    return node.returns is not None and all(item.annotation for item in own)


def code_lines(paths):
    """Lines that hold code: no blank lines, no comments, no docstrings."""
    return sum(len(code_lines_of(path)) for path in paths)


def code_lines_of(path):
    text = path.read_text(encoding="utf-8")
    lines = {
        number for number, line in enumerate(text.splitlines(), 1) if line.strip() and not line.strip().startswith("#")
    }
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines


def filled_lines(paths):
    return sum(bool(line.strip()) for path in paths for line in path.read_text(encoding="utf-8").splitlines())


def is_of_platform(path):
    return "platform" in path.parts or path.name.startswith(("platform_", "test_certification"))


def measure():
    # Migrations are written by a program and never changed afterwards.
    sources = [path for path in sorted((ROOT / "src").rglob("*.py")) if "migrations" not in path.parts]
    tests = sorted((ROOT / "tests").rglob("*.py"))
    nodes = [(node, path) for path in sources for node in functions(path)]
    sizes = sorted(body_lines(node) for node, _ in nodes)
    longest, where = max((body_lines(node), f"{path.relative_to(ROOT)} {node.name}") for node, path in nodes)
    modules = [(len(path.read_text(encoding="utf-8").splitlines()), path) for path in sources]
    packs = sorted((ROOT / "src/sealmark_schemes").glob("*/editions/*/requirements/*.yaml"))
    golden = sorted((ROOT / "src/sealmark_schemes").glob("*/editions/*/cases/*.yaml"))
    library = code_lines(path for path in sources if "sealmark_platform" not in path.parts)
    platform = code_lines(path for path in sources if "sealmark_platform" in path.parts)
    tested = code_lines(path for path in tests if not is_of_platform(path))
    tried = code_lines(path for path in tests if is_of_platform(path))
    print(f"library: {library} lines of code, {tested} of tests, {filled_lines(golden)} of golden cases")
    print(f"platform: {platform} lines of code, {tried} of tests")
    folders = [item for item in ROOT.iterdir() if item.is_dir() and not item.name.startswith(".")]
    kept = [item for item in folders if item.name not in {"demo-out", "build", "dist"}]
    print(
        f"{len(sources)} modules, {len(nodes)} functions; longest body: {where}; longest module: {max(modules)[1].name}"
    )
    return {
        "body median": statistics.median(sizes),
        "body 90th percentile": sizes[int(len(sizes) * 0.9)],
        "longest body": longest,
        "longest module": max(modules)[0],
        "longest requirement file": max(
            (len(path.read_text(encoding="utf-8").splitlines()) for path in packs), default=0
        ),
        "top-level folders": len(kept),
        "library: tests and cases per line of code": round((tested + filled_lines(golden)) / library, 2),
        "platform: tests per line of code": round(tried / platform, 2),
        "annotated functions, share": round(sum(is_annotated(node) for node, _ in nodes) / len(nodes), 4),
    }


def main():
    found = measure()
    beyond = []
    for name, value in found.items():
        limit = LIMITS.get(name, AT_LEAST.get(name))
        fits = value <= limit if name in LIMITS else value >= limit
        print(
            f"  {name:40} {value:>8}   {'at most' if name in LIMITS else 'at least'} {limit}{'' if fits else '   BEYOND'}"
        )
        if not fits:
            beyond.append(name)
    return 1 if beyond else 0


if __name__ == "__main__":
    sys.exit(main())
