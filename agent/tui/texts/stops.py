"""What is said of stops and their reasons: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

STOPS: Final[dict[str, tuple[str, str]]] = {
    "That stop is not among the last ones any more. Ask in the MES.": (
        "Этой остановки уже нет среди последних. Спросите в MES.",
        "Бұл тоқтау соңғылардың ішінде жоқ. MES-тен сұраңыз.",
    ),
    "Another stop lies in that time. Look at the list again.": (
        "В это время есть другая остановка. Посмотрите список снова.",
        "Бұл уақытта басқа тоқтау бар. Тізімді қайта қараңыз.",
    ),
    "There is no such stop to explain.": (
        "Такой остановки нет. Посмотрите список снова.",
        "Мұндай тоқтау жоқ. Тізімді қайта қараңыз.",
    ),
    "There is no such part of a stop. Look at the list again.": (
        "Такой части остановки нет. Посмотрите список снова.",
        "Тоқтаудың мұндай бөлігі жоқ. Тізімді қайта қараңыз.",
    ),
    "'{name}…' is too long for a code.": (
        "Код «{name}…» слишком длинный. Проверьте его.",
        "«{name}…» коды тым ұзын. Оны тексеріңіз.",
    ),
    "'{code}' is no reason of directory revision {rev}.": (
        "Причины «{code}» нет в справочнике, редакция {rev}. Выберите другую.",
        "«{code}» себебі анықтамалықта жоқ, редакция {rev}. Басқасын таңдаңыз.",
    ),
    "Shift {shift_id} of {business_date} is closed in the MES. Ask there.": (
        "Смена {shift_id} за {business_date} закрыта в MES. Обратитесь туда.",
        "{business_date} күнгі {shift_id} ауысымы MES-те жабылған. Сонда хабарласыңыз.",
    ),
    "That shift is over for too long. Ask your supervisor to enter it.": (
        "Эта смена окончена слишком давно. Попросите мастера внести запись.",
        "Бұл ауысым тым ерте біткен. Жазуды шеберден сұраңыз.",
    ),
    "The entry needs '{name}'.": (
        "В записи не хватает поля «{name}». Заполните его.",
        "Жазбада «{name}» өрісі жоқ. Оны толтырыңыз.",
    ),
    "'{text}' is no time; expected such as 2026-03-04T05:17:42Z.": (
        "Время «{text}» не распознано. Пример: 2026-03-04T05:17:42Z.",
        "«{text}» уақыты танылмады. Мысал: 2026-03-04T05:17:42Z.",
    ),
    "The stop is split. Give its parts their reasons.": (
        "Остановка разделена. Укажите причину каждой части.",
        "Тоқтау бөлінді. Әр бөлігіне себеп беріңіз.",
    ),
    "The two parts are one again.": (
        "Две части снова объединены.",
        "Екі бөлік қайта біріктірілді.",
    ),
    "The two stops are one.": (
        "Две остановки объединены.",
        "Екі тоқтау біріктірілді.",
    ),
    "The stop is open.": (
        "Остановка открыта.",
        "Тоқтау ашылды.",
    ),
    "The stop is over.": (
        "Остановка окончена.",
        "Тоқтау аяқталды.",
    ),
    "The times are corrected.": (
        "Время исправлено.",
        "Уақыт түзетілді.",
    ),
    "That part of the stop is planned; it needs no reason.": (
        "Эта часть остановки плановая, причина не нужна.",
        "Тоқтаудың бұл бөлігі жоспарлы, себеп керек емес.",
    ),
    "The machine itself says when it stops here. Give the reason only.": (
        "Здесь остановку задаёт сама машина. Укажите только причину.",
        "Мұнда тоқтауды машинаның өзі айтады. Тек себебін көрсетіңіз.",
    ),
    "A stop is open already. End it first.": (
        "Остановка уже открыта. Сначала закончите её.",
        "Тоқтау ашық тұр. Алдымен оны аяқтаңыз.",
    ),
    "No stop is open.": (
        "Открытой остановки нет. Делать ничего не нужно.",
        "Ашық тоқтау жоқ. Ештеңе істеудің керегі жоқ.",
    ),
    "The machine stands. The stop ends when it runs again.": (
        "Машина стоит. Остановка закончится, когда она пойдёт.",
        "Машина тұр. Ол қайта жүргенде тоқтау аяқталады.",
    ),
    "Only times that a person entered can be edited, of a stop that is over.": (
        "Править можно только введённое человеком время законченной остановки.",
        "Тек адам енгізген, аяқталған тоқтаудың уақытын түзетуге болады.",
    ),
    "Say why the times are changed.": (
        "Укажите, почему меняется время.",
        "Уақыт неге өзгеретінін айтыңыз.",
    ),
    "A stop begins before it ends, and it ended before now.": (
        "Начало остановки должно быть раньше её конца, а конец раньше текущего времени.",
        "Тоқтаудың басы соңынан, ал соңы қазіргі уақыттан ерте болуы керек.",
    ),
}
