"""Defects to choose from at a terminal that is tried: more than nine, so in groups."""

from __future__ import annotations

from simulators.mes.plan import Document

_GROUPS = {
    "FILLING": ("Filling", "Налив", "Құю"),
    "CLOSING": ("Cap", "Крышка", "Қақпақ"),
    "BOTTLE": ("Bottle", "Бутылка", "Бөтелке"),
    "LABELLING": ("Label", "Этикетка", "Жапсырма"),
    "OTHER": ("Other", "Прочее", "Басқа"),
}
_DEFECTS = {
    "UNDERFILL": ("FILLING", "Filled too low", "Недолив", "Толық құйылмаған"),
    "OVERFILL": ("FILLING", "Filled too high", "Перелив", "Артық құйылған"),
    "FOAM": ("FILLING", "Foam in the bottle", "Пена в бутылке", "Бөтелкеде көбік"),
    "NO_CAP": ("CLOSING", "No cap", "Нет крышки", "Қақпағы жоқ"),
    "LOOSE_CAP": ("CLOSING", "Cap is loose", "Крышка не затянута", "Қақпақ бос"),
    "CROOKED_CAP": ("CLOSING", "Cap is crooked", "Крышка перекошена", "Қақпақ қисық"),
    "SHORT_SHOT": ("CLOSING", "Cap not filled out", "Недолив крышки", "Қақпақ толық құйылмаған"),
    "DENT": ("BOTTLE", "Dented", "Вмятина", "Майысқан"),
    "CRACK": ("BOTTLE", "Cracked", "Трещина", "Жарылған"),
    "DIRT": ("BOTTLE", "Dirty", "Загрязнение", "Кір"),
    "NO_LABEL": ("LABELLING", "No label", "Нет этикетки", "Жапсырмасы жоқ"),
    "LABEL_ASKEW": ("LABELLING", "Label is askew", "Этикетка наклеена криво", "Жапсырма қисық"),
    "OTHER_DEFECT": ("OTHER", "Another defect", "Другой дефект", "Басқа ақау"),
}


def trial_defects() -> Document:
    """The list as the MES publishes it."""
    codes = [{"code": code, "group": group, "text": _text(texts)} for code, (group, *texts) in _DEFECTS.items()]
    return {"codes": codes, "groups": {group: _text(texts) for group, texts in _GROUPS.items()}}


def _text(texts: list[str] | tuple[str, ...]) -> dict[str, str]:
    return dict(zip(("en", "ru", "kk"), texts, strict=True))
