"""Estimate from a table and a design, without any scheme."""

from pathlib import Path

from sealmark.measure import Between, Design, Index, Item, Mean, RespondentMean, TopBox, compare, estimate

ANSWERS = Path(__file__).parent / "willow/surveys/visitors.csv"

measures = {
    "mean": Mean("overall"),
    "very content": TopBox("overall", at_least=9),
    "index": Index((Item("overall", 1, 10), Item("staff", 1, 10)), RespondentMean(10)),
}
for cell in estimate(ANSWERS, measures, design=Design(strata="site"), by="site"):
    found = cell.estimate
    interval = f"{found.lower:.3f} to {found.upper:.3f}"
    print(f"{cell.cell['site']:6} {cell.measure:13} {found.value:8.3f}  {interval:18}  n={found.base}")

design = Design(strata="site")
for change in compare(ANSWERS, {"mean": Mean("overall")}, design=design, between=Between("site", "south", "north")):
    found = change.difference
    print(f"north less south: {found.value:.2f} ({found.lower:.2f} to {found.upper:.2f}), {change.verdict}")
