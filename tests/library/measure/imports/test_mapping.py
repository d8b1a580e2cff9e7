import pytest
from pydantic import ValidationError

from sealmark.core.errors import SealmarkError
from sealmark.measure.imports.mapping import ImportMapping, mapping_from, read_mapping

ONE = {"q": {"from": "Q", "type": "whole"}}


def problems_of(content, tmp_path):
    file = tmp_path / "m.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SealmarkError) as caught:
        read_mapping(file)
    return caught.value.problems


def test_mapping_reads_codes_as_the_text_of_cells(tmp_path):
    file = tmp_path / "m.yaml"
    file.write_text("columns:\n  q: {from: Q, type: whole, missing: [-99, 0, '?', Blank, 2.50, true]}\n")

    mapping = read_mapping(file)

    assert mapping.rules["q"].missing == ("-99", "0", "?", "Blank", "2.50", "true")


def test_mapping_reports_unknown_key_with_line_and_hint(tmp_path):
    found = problems_of("columns:\n  q:\n    from: Q\n    type: whole\n    lowst: 1\n", tmp_path)

    assert [problem.code for problem in found] == ["SM330"]
    assert found[0].what == 'Unknown key "lowst".'
    assert found[0].where == "m.yaml, line 5, column 5, columns.q.lowst"
    assert found[0].fix.startswith('Did you mean "lowest"?')


def test_mapping_reports_every_problem_of_the_file(tmp_path):
    text = "file: {encoding: klingon, delimiter: ';;'}\nnumbers: {decimal: ',', thousands: ','}\ncolumns: {q: {type: hole}}\n"

    found = problems_of(text, tmp_path)

    assert {problem.where.rsplit(", ", 1)[1] for problem in found} == {
        "file.encoding",
        "file.delimiter",
        "numbers",
        "columns.q.from",
        "columns.q.type",
    }


def test_mapping_that_is_missing_names_the_path(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        read_mapping(tmp_path / "none.yaml")

    assert caught.value.codes == ("SM331",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"columns": {}}, "no column is mapped"),
        ({"layout": "cases", "columns": ONE}, 'needs the column "case"'),
        ({"layout": "events", "columns": ONE}, "belong together"),
        ({"layout": "events", "columns": ONE, "events": {}}, 'events name the column "activity"'),
        ({"columns": ONE, "duplicates": {"key": ["id"]}}, 'duplicates names the column "id"'),
        ({"columns": ONE, "period": {"column": "day"}}, 'period names the column "day"'),
        ({"columns": ONE, "groups": [{"columns": ["q"], "type": "text"}]}, 'column "q" is mapped twice'),
        ({"columns": {"c": {"from": "C", "type": "code"}}}, "a code needs"),
        ({"columns": {"c": {"from": "C", "type": "text", "lowest": 1}}}, "do not fit the type text"),
        ({"columns": {"c": {"from": "C", "type": "date", "lowest": 1}}}, "do not fit the type date"),
        ({"columns": ONE, "dates": {"time_zone": "Mars/Base"}}, "unknown time zone"),
        ({"columns": ONE, "totals": [{"column": "Q"}]}, "the condition needs one of"),
    ],
)
def test_mapping_refuses_contradictions(content, message):
    with pytest.raises(ValidationError, match=message):
        mapping_from(content)


def test_group_gives_one_rule_per_column():
    mapping = mapping_from(
        {"groups": [{"columns": {"a": "Item 1", "b": "Item 2"}, "type": "whole", "lowest": 1, "highest": 7}]}
    )

    assert {name: (rule.source, rule.type, str(rule.highest)) for name, rule in mapping.rules.items()} == {
        "a": ("Item 1", "whole", "7"),
        "b": ("Item 2", "whole", "7"),
    }


def test_duplicate_rule_follows_the_layout_unless_declared():
    cases = {"case": {"from": "C", "type": "text"}, "opened": {"from": "O", "type": "date"}}

    assert mapping_from({"layout": "cases", "columns": cases}).duplicate_rule.key == ("case",)
    assert mapping_from({"layout": "responses", "columns": ONE}).duplicate_rule.exact == "keep"
    assert mapping_from({"columns": ONE, "duplicates": {}}).duplicate_rule.exact == "set-aside"


def test_mapping_is_frozen():
    mapping = ImportMapping.model_validate({"columns": ONE})

    with pytest.raises(ValidationError, match="frozen"):
        mapping.title = "other"
