"""Load an installed scheme pack and walk through its tree."""

from sealmark.scheme.discovery import editions, load
from sealmark.scheme.requirements import Group

for name, _ in editions():
    print(name)

edition = load("sealmark-charter/2026")
words = edition.wording["en"].nodes


def show(node: Group | str, depth: int = 0) -> None:
    """Print a group or requirement with everything below."""
    name = node.id if isinstance(node, Group) else node
    print("  " * depth + words[name].title)
    for child in node.children if isinstance(node, Group) else ():
        show(child, depth + 1)


for root in edition.tree.roots:
    show(root)

first_day = edition.manifest.effective_from
unknown = [name for name, item in edition.parameters.items() if item.on(first_day).value is None]
print(f"{len(edition.requirements)} requirements, {len(edition.cases)} golden cases")
print("figures that the owner must supply:", ", ".join(unknown) or "none")
