"""Words of ours that stand as values in what the agent says, by the name of the value; names of the plant stay."""

from __future__ import annotations

from typing import Final

_STATUSES: Final = {
    "planned": ("запланирован", "жоспарланған"),
    "released": ("выпущен", "шығарылған"),
    "closed": ("закрыт", "жабылған"),
    "waiting": ("ожидает", "күтуде"),
    "in_progress": ("в работе", "жұмыста"),
    "paused": ("на паузе", "кідіртілген"),
    "partially_completed": ("частично выполнено", "ішінара орындалған"),
    "completed": ("завершено", "аяқталған"),
    "stopped": ("прервано", "үзілген"),
    "aborted": ("отменено", "тоқтатылған"),
}
_ROLES: Final = {
    "operator": ("оператор", "оператор"),
    "supervisor": ("мастер", "шебер"),
    "quality": ("ОТК", "сапа бақылауы"),
    "maintenance": ("наладчик", "баптаушы"),
    "mes": ("MES", "MES"),
}
_CALLED: Final = {
    "maintenance": ("наладка", "баптау"),
    "quality": ("ОТК", "сапа бақылауы"),
    "supervisor": ("мастер", "шебер"),
    "logistics": ("логистика", "логистика"),
}
_CATEGORIES: Final = {
    "good": ("годные", "жарамды"),
    "scrap": ("брак", "ақаулы"),
    "rework": ("доработка", "түзету"),
    "setup": ("наладка", "баптау"),
}
_DISPOSITIONS: Final = {
    "repair": ("исправить", "жөндеу"),
    "retest": ("проверить повторно", "қайта тексеру"),
    "write off": ("списать", "есептен шығару"),
    "use as is": ("использовать как есть", "сол күйінде пайдалану"),
}
_RESULTS: Final = {"pass": ("годно", "жарамды"), "fail": ("не годно", "жарамсыз")}
_DOCUMENTS: Final = {
    "bom": ("спецификация", "спецификация"),
    "route": ("маршрут", "маршрут"),
    "norm": ("нормы", "нормалар"),
}

VALUES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "status": _STATUSES,
    "roles": _ROLES,
    "role": _CALLED,
    "category": _CATEGORIES,
    "document": _DOCUMENTS,
    "disposition": _DISPOSITIONS,
    "result": _RESULTS,
}
