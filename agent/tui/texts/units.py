"""What is said of units, lots that are made and what does not conform: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

UNITS: Final[dict[str, tuple[str, str]]] = {
    "'count' must be a whole number from 1 to {most}.": (
        "Поле «count»: нужно целое число от 1 до {most}.",
        "«count» өрісі: 1 мен {most} аралығындағы бүтін сан керек.",
    ),
    "Serials of {item_id} are not issued here. Scan the label that it has.": (
        "Номера для {item_id} здесь не выдаются. Сканируйте имеющуюся этикетку.",
        "{item_id} үшін нөмір мұнда берілмейді. Бар жапсырманы сканерлеңіз.",
    ),
    "All serials of {rule} are given. Ask the planner for a new range.": (
        "Номера по правилу {rule} закончились. Попросите у плановика новый диапазон.",
        "{rule} ережесі бойынша нөмірлер бітті. Жоспарлаушыдан жаңа аралық сұраңыз.",
    ),
    "Lot {lot_id} is being made.": (
        "Изготавливается партия {lot_id}.",
        "Жасалып жатқан партия {lot_id}.",
    ),
    "No order is in progress. Start one first.": (
        "Нет заказа в работе. Сначала начните заказ.",
        "Жұмыста тапсырыс жоқ. Алдымен тапсырысты бастаңыз.",
    ),
    "The MES names the lots of order {order_id}.": (
        "Заказ {order_id}: номера партий задаёт MES. Возьмите номер из заказа.",
        "Тапсырыс {order_id}: партия нөмірін MES береді. Нөмірді тапсырыстан алыңыз.",
    ),
    "Lot {lot_id} is being made already. Nothing to do.": (
        "Партия {lot_id} уже в изготовлении. Делать ничего не нужно.",
        "Партия {lot_id} жасалып жатыр. Ештеңе істеудің керегі жоқ.",
    ),
    "Lot {lot_id} is loaded here as a component. Name another one.": (
        "Партия {lot_id} загружена здесь как компонент. Укажите другую.",
        "Партия {lot_id} мұнда құрамдас болып жүктелген. Басқасын көрсетіңіз.",
    ),
    "Lots of {item_id} are numbered here; name none.": (
        "Партии {item_id} нумеруются здесь. Номер указывать не нужно.",
        "{item_id} партиялары мұнда нөмірленеді. Нөмір көрсетпеңіз.",
    ),
    "The entry needs 'lot_id'.": (
        "В записи не хватает поля «lot_id». Заполните его.",
        "Жазбада «lot_id» өрісі жоқ. Оны толтырыңыз.",
    ),
    "{qty} is no whole number of parts.": (
        "Количество {qty} не является целым числом деталей. Проверьте его.",
        "{qty} мөлшері бөлшектің бүтін саны емес. Оны тексеріңіз.",
    ),
    "{rework} parts are in rework, {parts} cannot leave it. Adjust the quantity first.": (
        "На доработке деталей: {rework}, вывести {parts} нельзя. Сначала исправьте количество.",
        "Түзетудегі бөлшек: {rework}, {parts} шығаруға болмайды. Алдымен мөлшерді түзетіңіз.",
    ),
    "Unit {serial} is not known here. Start its order first.": (
        "Изделие {serial} здесь неизвестно. Сначала начните его заказ.",
        "Бұйым {serial} мұнда белгісіз. Алдымен оның тапсырысын бастаңыз.",
    ),
    "Unit {serial} is nonconforming already. Decide first: repair, retest, write off or use as is.": (
        (
            "Изделие {serial} уже признано несоответствующим. Сначала решите: ремонт, повторная проверка,"
            " списание или использование как есть."
        ),
        (
            "Бұйым {serial} сәйкес емес деп танылған. Алдымен шешіңіз: жөндеу, қайта тексеру, шығынға "
            "шығару не сол күйінде қолдану."
        ),
    ),
    "Unit {serial} was written off. Take it away from the line.": (
        "Изделие {serial} списано. Уберите его с линии.",
        "Бұйым {serial} шығынға шығарылған. Оны желіден алып кетіңіз.",
    ),
    "{from_good} parts are more than the {good} good ones that there are.": (
        "Деталей ({from_good}) больше, чем годных ({good}). Проверьте количество.",
        "Бөлшек саны ({from_good}) жарамдыдан ({good}) көп. Мөлшерді тексеріңіз.",
    ),
    "Unit {serial} taken.": (
        "Изделие {serial} принято.",
        "Бұйым {serial} қабылданды.",
    ),
    "Unit {serial} passed after rework.": (
        "Изделие {serial} годно после доработки.",
        "Бұйым {serial} түзетуден кейін жарамды.",
    ),
    "Unit {serial} is back from rework. It is good once its check has passed.": (
        "Изделие {serial} вернулось с доработки. Годным станет после проверки.",
        "Бұйым {serial} түзетуден оралды. Тексеруден кейін жарамды болады.",
    ),
    "Unit {serial} needs an order in progress. Start one, then scan it again.": (
        "Изделие {serial}: нет заказа в работе. Начните заказ и сканируйте снова.",
        "Бұйым {serial}: жұмыста тапсырыс жоқ. Тапсырысты бастап, қайта сканерлеңіз.",
    ),
    "Unit {serial} is on hold. Put it aside until quality releases it.": (
        "Изделие {serial} заблокировано. Отложите его, пока ОТК не снимет блокировку.",
        "Бұйым {serial} бұғатталған. Сапа бақылауы бұғатты алғанша бөлек қойыңыз.",
    ),
    "Unit {serial} was taken at this operation already. Scan the next one; if it does not conform, raise_nc.": (
        "Изделие {serial} на этой операции уже принято. Сканируйте следующее; если оно негодно, введите raise_nc.",
        "Бұйым {serial} осы операцияда қабылданған. Келесісін сканерлеңіз; жарамсыз болса, raise_nc енгізіңіз.",
    ),
    "Unit {serial} was taken at {most} operations here. Label it anew.": (
        "Изделие {serial} принято здесь на операциях: {most}, больше нельзя. Наклейте новую этикетку.",
        "Бұйым {serial} мұнда қабылданған операция саны: {most}, артық болмайды. Жаңа жапсырма жапсырыңыз.",
    ),
    "Unit {serial} is back already. It goes on once its check has passed.": (
        "Изделие {serial} уже вернулось. Дальше пойдёт после проверки.",
        "Бұйым {serial} оралған. Тексеруден кейін әрі қарай кетеді.",
    ),
    "Unit {serial} is nonconforming. Decide first: repair, retest, write off or use as is.": (
        (
            "Изделие {serial} не соответствует требованиям. Сначала решите: ремонт, повторная проверка, "
            "списание или использование как есть."
        ),
        (
            "Бұйым {serial} талапқа сай емес. Алдымен шешіңіз: жөндеу, қайта тексеру, шығынға шығару не "
            "сол күйінде қолдану."
        ),
    ),
    "Unit {serial} is in rework of order {order_id}, operation {op_no}. Scan it there, or enter pass_retest.": (
        (
            "Изделие {serial} на доработке: заказ {order_id}, операция {op_no}. Сканируйте его там или "
            "введите pass_retest."
        ),
        "Бұйым {serial} түзетуде: тапсырыс {order_id}, операция {op_no}. Сонда сканерлеңіз не pass_retest енгізіңіз.",
    ),
    "Unit {serial} was made for order {order_id}. Look whether it has the right label.": (
        "Изделие {serial} сделано по заказу {order_id}. Проверьте, его ли это этикетка.",
        "Бұйым {serial} мына тапсырыспен жасалған: {order_id}. Жапсырмасы дұрыс па, тексеріңіз.",
    ),
}
