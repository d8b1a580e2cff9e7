"""Characters that belong to one Chinese script only."""

from __future__ import annotations

__all__ = ["foreign_script"]

# Only pairs that no text of the other script uses; characters such as 后, 里 or 准 live in both.
_SIMPLIFIED = (
    "们这来说时对为国发开关门问题给经过还进运远车长见觉让认识证评级结组织绩维护务实现"
    "际标确应该须员满质单报业产总审测试调训练达选传设备导层负责费购买卖货订账资赔偿损"
)
_TRADITIONAL = (
    "們這來說時對為國發開關門問題給經過還進運遠車長見覺讓認識證評級結組織績維護務實現"
    "際標確應該須員滿質單報業產總審測試調訓練達選傳設備導層負責費購買賣貨訂帳資賠償損"
)

_ONLY = {
    "zh-Hant": frozenset(_SIMPLIFIED) - frozenset(_TRADITIONAL),
    "zh-Hans": frozenset(_TRADITIONAL) - frozenset(_SIMPLIFIED),
}
"""For each script, the characters that do not belong in it."""


def foreign_script(text: str, language: str) -> str:
    """Return the characters of ``text`` that belong to the other Chinese script.

    Example:
        >>> foreign_script("员工服务", "zh-Hant")
        '员务'
    """
    wrong = _ONLY.get(language, frozenset())
    return "".join(dict.fromkeys(character for character in text if character in wrong))
