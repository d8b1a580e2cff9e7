import pytest

from sealmark.core.cells import harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-5", "@sum", "\tx", "\r\n", "\n=x", "\uff1dA1", "  =1", "\u00a0=1"]
)
def test_text_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Ada", "1+1", "a=b", "'=1", "客户"])
def test_other_text_stays(text):
    assert harmless(text) == text
