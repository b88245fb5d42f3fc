"""What is said of what people enter: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

ENTRIES: Final[dict[str, tuple[str, str]]] = {
    "The entry needs '{key}'.": (
        "В записи не хватает поля «{key}». Заполните его.",
        "Жазбада «{key}» өрісі жоқ. Оны толтырыңыз.",
    ),
    "'{key}' is '{said}'; expected a whole number of parts, {lowest} to {most}.": (
        "Поле «{key}»: «{said}». Нужно целое число деталей, от {lowest} до {most}.",
        "«{key}» өрісі: «{said}». Бөлшектің бүтін саны керек, {lowest} мен {most} аралығында.",
    ),
    "'{key}' is {value}; expected more than 0 and at most {most}.": (
        "Поле «{key}»: {value}. Нужно больше 0 и не больше {most}.",
        "«{key}» өрісі: {value}. 0-ден көп, {most} мәнінен аспайтын сан керек.",
    ),
    "'{key}' is '{said}'; expected a number such as 12 or 0.75.": (
        "Поле «{key}»: «{said}». Нужно число, например 12 или 0.75.",
        "«{key}» өрісі: «{said}». Сан керек, мысалы 12 немесе 0.75.",
    ),
    "'{key}' is '{said}'; expected {words}.": (
        "Поле «{key}»: «{said}». Допустимо: {words}.",
        "«{key}» өрісі: «{said}». Рұқсат етілгені: {words}.",
    ),
    "'{name}…' is too long for a name; expected at most {most} bytes.": (
        "Имя «{name}…» слишком длинное, допустимо байтов: {most}. Проверьте код.",
        "«{name}…» атауы тым ұзын, рұқсат етілген байт саны: {most}. Кодты тексеріңіз.",
    ),
    "'{code}' is no code of the list '{name}'; expected {some}.": (
        "Кода «{code}» нет в списке «{name}». Допустимо: {some}.",
        "«{code}» коды «{name}» тізімінде жоқ. Рұқсат етілгені: {some}.",
    ),
    "'{code}' says nothing by itself. Say in a few words what it was.": (
        "Код «{code}» сам по себе ничего не говорит. Напишите в нескольких словах, что было.",
        "«{code}» коды өздігінен ештеңе білдірмейді. Не болғанын бірнеше сөзбен жазыңыз.",
    ),
    "There are {qty} {uom} of {category} in order {order_id}; {delta} cannot be taken off.": (
        "Заказ {order_id}, количество ({category}): {qty} {uom}. Вычесть {delta} нельзя, проверьте.",
        "Тапсырыс {order_id}, мөлшер ({category}): {qty} {uom}. {delta} шегеруге болмайды, тексеріңіз.",
    ),
    "Nothing is known of unit {serial} any more.": (
        "Об изделии {serial} данных уже нет. Спросите в MES.",
        "Бұйым {serial} туралы дерек қалмаған. MES-тен сұраңыз.",
    ),
    "Unit {serial} was gone on with since it was taken at {place}.": (
        "Изделие {serial}, принятое на {place}, с тех пор пошло дальше. Позовите мастера.",
        "Бұйым {serial} ({place} қабылдаған) содан бері әрі қарай кеткен. Шеберді шақырыңыз.",
    ),
    "Unit {serial} is not scrap of {place}: look what became of it.": (
        "Изделие {serial} не в браке на {place}. Проверьте, что с ним стало.",
        "Бұйым {serial} ақаулы емес, орны {place}. Оның не болғанын тексеріңіз.",
    ),
    "A fact '{type}' cannot be void; its fields can be replaced.": (
        "Факт «{type}» аннулировать нельзя. Можно заменить его поля.",
        "«{type}» фактісін жоюға болмайды. Өрістерін ауыстыруға болады.",
    ),
    "A machine counted that. Adjust the quantity instead (adjust_quantity).": (
        "Это посчитала машина. Исправьте количество (adjust_quantity).",
        "Мұны машина санады. Мөлшерді түзетіңіз (adjust_quantity).",
    ),
    "That follows from nonconformance {nc_id}. Decide it anew.": (
        "Это следует из несоответствия {nc_id}. Примите по нему новое решение.",
        "Бұл сәйкессіздіктен шығады: {nc_id}. Ол бойынша қайта шешіңіз.",
    ),
    "Shift {shift_id} of {business_date} is closed in the MES. Ask there.": (
        "Смена {shift_id} за {business_date} закрыта в MES. Обратитесь туда.",
        "{business_date} күнгі {shift_id} ауысымы MES-те жабылған. Сонда хабарласыңыз.",
    ),
    "That shift is over for too long. Ask your supervisor to correct it.": (
        "Эта смена окончена слишком давно. Попросите мастера исправить.",
        "Бұл ауысым тым ерте біткен. Түзетуді шеберден сұраңыз.",
    ),
    "That fact is void. Scan or report unit {serial} again.": (
        "Факт аннулирован. Сканируйте или введите изделие {serial} снова.",
        "Факт жойылған. Бұйымды қайта сканерлеңіз не енгізіңіз: {serial}.",
    ),
    "That fact is void. A supervisor can replace it, which brings it back.": (
        "Факт аннулирован. Мастер может заменить его и тем вернуть.",
        "Факт жойылған. Шебер оны ауыстырып, қайтара алады.",
    ),
    "Order {order_id} / {op_no} is closed in the MES. Ask there.": (
        "Заказ {order_id} / {op_no} закрыт в MES. Обратитесь туда.",
        "Тапсырыс {order_id} / {op_no} MES-те жабылған. Сонда хабарласыңыз.",
    ),
    "The fact is void: correction {number} of {type}.": (
        "Факт аннулирован: исправление {number}, {type}.",
        "Факт жойылды: түзету {number}, {type}.",
    ),
    "The fact is corrected: correction {number} of {type}.": (
        "Факт исправлен: исправление {number}, {type}.",
        "Факт түзетілді: түзету {number}, {type}.",
    ),
    "You said nothing here in the last {allowed_s} seconds.": (
        "За последние секунды ({allowed_s}) от вас записей здесь нет. Отменять нечего.",
        "Соңғы секундтарда ({allowed_s}) мұнда сізден жазба болған жоқ. Қайтаратын ештеңе жоқ.",
    ),
    "Too much was recorded since. Void the fact by its id instead.": (
        "С тех пор записано слишком много. Аннулируйте факт по его номеру.",
        "Содан бері тым көп жазылды. Фактіні нөмірі бойынша жойыңыз.",
    ),
}
