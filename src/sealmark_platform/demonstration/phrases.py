"""What people of the demonstration write, in the language of their file."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["AGREEMENT", "FINDINGS", "PDF", "REASONS", "SCOPES", "SECTORS"]

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" \
      b"trailer<</Root 1 0 R>>\n%%EOF\n% "  # fmt: skip
"""A document without pages: what it would say is made up anyway."""

SCOPES: Mapping[str, str] = {
    "en": "Service to customers at every site, by telephone and in writing ({})",
    "ru": "Обслуживание клиентов во всех подразделениях, по телефону и письменно ({})",
    "zh-hans": "各网点、电话及书面渠道的客户服务({})",
    "zh-hant": "各網點、電話及書面渠道的客戶服務({})",
}
_SECTOR_ROWS = (
    ("energy", "энергетика", "能源", "能源"), ("finance", "финансы", "金融", "金融"),
    ("public", "государственные услуги", "公共服务", "公共服務"), ("transport", "перевозки", "运输", "運輸"),
    ("telecoms", "связь", "电信", "電訊"), ("housing", "жильё", "住房", "住房"), ("travel", "поездки", "旅行", "旅遊"),
    ("utilities", "коммунальные услуги", "公用事业", "公用事業"), ("health", "здоровье", "医疗", "醫療"),
    ("logistics", "логистика", "物流", "物流"), ("retail", "розничная торговля", "零售", "零售"),
    ("hospitality", "гостеприимство", "住宿", "住宿"), ("leisure", "досуг", "休闲", "休閒"),
    ("repairs", "ремонт", "维修", "維修"), ("education", "образование", "教育", "教育"),
    ("appliances", "бытовая техника", "家电", "家電"), ("lifts", "лифты", "电梯", "電梯"),
    ("machinery", "машины", "机械", "機械"), ("cars", "автомобили", "汽车", "汽車"),
    ("furniture", "мебель", "家具", "傢俱"),
)  # fmt: skip
SECTORS: Mapping[str, Mapping[str, str]] = {
    row[0]: dict(zip(("en", "ru", "zh-hans", "zh-hant"), row, strict=True)) for row in _SECTOR_ROWS
}
AGREEMENT: Mapping[str, str] = {
    "en": "The body certifies by the edition named, keeps what it learns to itself, and publishes the certificate. The "
    "client gives access to sites and records, reports changes, and uses the mark within its scope.",
    "ru": "Орган проводит сертификацию по названной редакции, хранит полученные сведения в тайне и публикует "
    "сертификат. Заявитель открывает доступ к площадкам и записям, сообщает об изменениях и пользуется знаком "
    "в пределах области сертификации.",
    "zh-hans": "机构依所列版本进行认证,对所知信息保密,并公布证书。客户开放网点与记录,报告变更,并在认证范围内使用标志。",
    "zh-hant": "機構依所列版本進行認證,對所知資料保密,並公布證書。客戶開放網點與紀錄,報告變更,並在認證範圍內使用標誌。",
}


def _said(en: str, ru: str, hans: str, hant: str) -> Mapping[str, str]:
    return {"en": en, "ru": ru, "zh-hans": hans, "zh-hant": hant}


REASONS: Mapping[str, Mapping[str, str]] = {
    "accept": _said("Complete; scope clear; a competent team is there.", "Полная; область ясна; компетентная группа есть.",
                    "资料齐全,范围明确,有合格的评审组。", "資料齊全,範圍明確,有合資格的評審組。"),
    "ask": _said("Please name the sites that opened this year.", "Назовите, пожалуйста, площадки, открытые в этом году.",
                 "请补充今年新开的网点。", "請補充今年新開的網點。"),
    "no": _said("A prerequisite of the scheme is not shown.", "Одно из условий схемы не показано.",
                "未能证明符合方案的前提条件。", "未能證明符合方案的前提條件。"),
    "recommend": _said("Evidence is complete and supports the grade reached.",
                       "Свидетельства полны и подтверждают достигнутую ступень.",
                       "证据完整,支持所达等级。", "證據完整,支持所達等級。"),
    "review": _said("Plan, evidence, result and findings fit together.", "План, свидетельства, результат и выводы согласуются.",
                    "计划、证据、结果与发现相互一致。", "計劃、證據、結果與發現相互一致。"),
    "vote": _said("I agree with the recommendation.", "Согласен с рекомендацией.", "同意该建议。", "同意該建議。"),
    "decide": _said("The requirements are met at the grade shown.", "Требования выполнены на указанной ступени.",
                    "在所示等级上符合要求。", "在所示等級上符合要求。"),
    "refuse": _said("The result does not reach a grade that is certified.", "Результат не достигает сертифицируемой ступени.",
                    "结果未达到可认证的等级。", "結果未達到可認證的等級。"),
    "more": _said("Records of two sites are still to be read.", "Осталось прочитать записи двух площадок.",
                  "尚有两处网点的记录待查。", "尚有兩處網點的紀錄待查。"),
    "suspend": _said("Surveillance was not made possible in time.", "Инспекционный контроль не был обеспечен в срок.",
                     "未能按期接受监督。", "未能按期接受監督。"),
    "way-back": _said("A surveillance visit within the suspension, with a favourable result.",
                      "Инспекционный визит в период приостановки с положительным результатом.",
                      "暂停期内接受监督并取得合格结果。", "暫停期內接受監督並取得合格結果。"),
    "restore": _said("The visit took place and its result was favourable.", "Визит состоялся, результат положительный.",
                     "监督已完成,结果合格。", "監督已完成,結果合格。"),
    "withdraw": _said("What was to end the suspension was not shown.", "Условие снятия приостановки не выполнено.",
                      "未能满足恢复条件。", "未能滿足恢復條件。"),
    "cancel": _said("The client moves its centre; a new date will be agreed.", "Клиент переезжает; будет согласована новая дата.",
                    "客户搬迁,将另定日期。", "客戶搬遷,將另訂日期。"),
    "complaint": _said("A customer waited five weeks for an answer to a complaint.", "Клиент пять недель ждал ответа на жалобу.",
                       "一位顾客的投诉五周未获答复。", "一位顧客的投訴五週未獲答覆。"),
    "appeal": _said("The team did not look at the records of the second half of the year.",
                    "Группа не рассмотрела записи за второе полугодие.",
                    "评审组未查阅下半年的记录。", "評審組未查閱下半年的紀錄。"),
    "admit": _said("In time, and about a decision of ours.", "Подано в срок и касается нашего решения.",
                   "在期限内提出,且针对本机构的决定。", "在期限內提出,且針對本機構的決定。"),
    "reject": _said("It is not about a decision, and names no conduct of ours.", "Обращение не касается ни решения, ни наших действий.",
                    "未针对任何决定,也未涉及本机构的行为。", "未針對任何決定,也未涉及本機構的行為。"),
    "investigate": _said("Files read, both sides heard.", "Дела прочитаны, обе стороны выслушаны.",
                         "已查阅档案并听取双方意见。", "已查閱檔案並聽取雙方意見。"),
    "upheld": _said("The records were there and were not read: the evaluation is repeated.",
                    "Записи были и не были прочитаны: оценка повторяется.",
                    "记录存在而未被查阅,应重新评价。", "紀錄存在而未被查閱,應重新評價。"),
    "not-upheld": _said("The records were read; they do not change the result.", "Записи были прочитаны; результат не меняется.",
                        "记录已查阅,不改变结果。", "紀錄已查閱,不改變結果。"),
    "verify": _said("Seen on site and in the records of six weeks.", "Проверено на месте и по записям за шесть недель.",
                    "经现场及六周记录核实。", "經現場及六週紀錄核實。"),
    "effect": _said("A quarter later the fault has not come back.", "Через квартал ошибка не повторилась.",
                    "一个季度后未再出现。", "一個季度後未再出現。"),
    "return": _said("The cause is not named.", "Причина не названа.", "未说明原因。", "未說明原因。"),
    "take-back": _said("The record was found in another folder.", "Запись нашлась в другой папке.",
                       "记录已在另一文件夹中找到。", "紀錄已在另一文件夾中找到。"),
    "extend": _said("The supplier delivers the new system in March.", "Поставщик сдаёт новую систему в марте.",
                    "供应商将于三月交付新系统。", "供應商將於三月交付新系統。"),
    "condition": _said("Train the two new teams", "Обучить две новые группы", "培训两个新团队", "培訓兩個新團隊"),
    "correction": _said("Open cases answered and customers told.", "Открытые обращения закрыты, клиенты извещены.",
                        "已答复未结个案并通知顾客。", "已答覆未結個案並通知顧客。"),
    "cause": _said("No deputy was named for absences.", "На время отсутствия не был назначен заместитель.",
                   "未指定缺勤时的代理人。", "未指定缺勤時的代理人。"),
    "corrective-action": _said("Deputies named, reminder after three days.", "Назначены заместители, напоминание через три дня.",
                               "已指定代理人,三天后自动提醒。", "已指定代理人,三天後自動提醒。"),
}  # fmt: skip

FINDINGS: tuple[Mapping[str, str], ...] = (
    _said("Eleven of forty complaints were answered after the promised day.", "Одиннадцать из сорока жалоб отвечены позже срока.",
          "四十件投诉中有十一件逾期答复。", "四十件投訴中有十一件逾期答覆。"),
    _said("The promise to customers is not shown at two sites.", "Обещание клиентам не вывешено на двух площадках.",
          "两处网点未公示服务承诺。", "兩處網點未公示服務承諾。"),
    _said("Training of new staff is not recorded.", "Обучение новых сотрудников не записано.",
          "新员工培训无记录。", "新員工培訓無紀錄。"),
    _said("Staff follow up every complaint by telephone on their own accord.", "Сотрудники сами перезванивают по каждой жалобе.",
          "员工主动电话回访每一件投诉。", "員工主動電話回訪每一件投訴。"),
)  # fmt: skip
"""Statements; the last one is a strength."""
