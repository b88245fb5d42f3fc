"""What is said about notes, handovers and calls for help: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

HANDOVER: Final[dict[str, tuple[str, str]]] = {
    "Noted. Open notes: {count}.": (
        "Записано. Открытых заметок: {count}.",
        "Жазылды. Ашық жазбалар: {count}.",
    ),
    "Note closed. Open notes: {count}.": (
        "Заметка закрыта. Открытых заметок: {count}.",
        "Жазба жабылды. Ашық жазбалар: {count}.",
    ),
    "{most} notes are open, and no more can be. Close one that is done.": (
        "Открытых заметок уже {most}, больше нельзя. Закройте выполненную.",
        "Ашық жазба саны {most}, артық болмайды. Орындалғанын жабыңыз.",
    ),
    "That note is not open here. There is nothing to close.": (
        "Такой открытой заметки здесь нет. Закрывать нечего.",
        "Мұнда ондай ашық жазба жоқ. Жабатын ештеңе жоқ.",
    ),
    "That text is too long. Say it in {most} characters.": (
        "Текст слишком длинный. Уложитесь в {most} знаков.",
        "Мәтін тым ұзын. {most} таңбаға сыйғызыңыз.",
    ),
    "That time is over. Give one that is to come, or none.": (
        "Это время уже прошло. Укажите будущее или не указывайте.",
        "Бұл уақыт өтіп кетті. Болашақ уақытты көрсетіңіз не көрсетпеңіз.",
    ),
    "Signed. Somebody of the next crew reads it and acknowledges it.": (
        "Подписано. Следующая смена прочтёт и примет.",
        "Қол қойылды. Келесі ауысым оқып, қабылдайды.",
    ),
    "No handover waits here to be acknowledged. There is nothing to do.": (
        "Здесь нет сданной смены, ждущей приёмки. Делать ничего не нужно.",
        "Мұнда қабылдауды күтіп тұрған ауысым жоқ. Ештеңе істеудің керегі жоқ.",
    ),
    "You signed this handover yourself. Somebody of the next crew must acknowledge it.": (
        "Эту смену сдали вы сами. Принять её должен человек из следующей смены.",
        "Бұл ауысымды өзіңіз тапсырдыңыз. Оны келесі ауысымның адамы қабылдауы керек.",
    ),
    "Acknowledged: the handover that {signed_by} signed.": (
        "Смена принята. Сдал(а): {signed_by}.",
        "Ауысым қабылданды. Тапсырған: {signed_by}.",
    ),
    "Called: {role}.": (
        "Вызов отправлен: {role}.",
        "Шақырылды: {role}.",
    ),
    "Called already, {minutes} min ago: {role}. The call is open until somebody comes.": (
        "Уже вызвано {minutes} мин назад: {role}. Вызов открыт, пока не придут.",
        "Шақырылғанына {minutes} мин болды: {role}. Келгенше шақыру ашық тұрады.",
    ),
    "Somebody came after {minutes} min: {role}.": (
        "Пришли через {minutes} мин: {role}.",
        "{minutes} минуттан кейін келді: {role}.",
    ),
    "That call is not open here. There is nothing to answer.": (
        "Такого открытого вызова здесь нет. Отвечать не на что.",
        "Мұнда ондай ашық шақыру жоқ. Жауап беретін ештеңе жоқ.",
    ),
    "That is not open any more. There is nothing to take back.": (
        "Это уже не открыто. Отменять нечего.",
        "Бұл енді ашық емес. Қайтарып алатын ештеңе жоқ.",
    ),
}
