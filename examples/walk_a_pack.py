"""Load an installed scheme pack and walk through its tree."""

from sealmark.scheme.discovery import editions, load
from sealmark.scheme.requirements import Group

for name, _ in editions():
    print(name)

edition = load("sealmark-charter/2026")
words = edition.wording["en"].nodes


def show(node, depth=0):
    name = node.id if isinstance(node, Group) else node
    print("  " * depth + words[name].title)
    for child in node.children if isinstance(node, Group) else ():
        show(child, depth + 1)


for root in edition.tree.roots:
    show(root)

unknown = [name for name, item in edition.parameters.items() if item.on(edition.manifest.effective_from).value is None]
print(len(edition.requirements), "requirements,", len(edition.cases), "golden cases, unknown figures:", unknown or "none")
