"""What is said of quantities and checks: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

QUANTITIES: Final[dict[str, tuple[str, str]]] = {
    "Good {qty} {uom} taken.": (
        "Годные приняты: {qty} {uom}.",
        "Жарамды қабылданды: {qty} {uom}.",
    ),
    "Quantity {category} adjusted by {delta} {uom}.": (
        "Количество ({category}) исправлено: {delta} {uom}.",
        "Мөлшер ({category}) түзетілді: {delta} {uom}.",
    ),
    "Setup parts: {good} good, {scrap} scrap, {left} left.": (
        "Детали наладки: годные {good}, брак {scrap}, осталось {left}.",
        "Баптау бөлшектері: жарамды {good}, ақаулы {scrap}, қалғаны {left}.",
    ),
    "Quarantine {discrepancy_id}: {parts} {uom} counted.": (
        "Карантин {discrepancy_id}: учтено {parts} {uom}.",
        "Карантин {discrepancy_id}: есепке алынды {parts} {uom}.",
    ),
    "Output is counted here. A supervisor can adjust the quantity.": (
        "Выпуск здесь считает машина. Количество может исправить мастер.",
        "Шығарылымды мұнда машина санайды. Мөлшерді шебер түзете алады.",
    ),
    "{told} parts of {left} made in setup cannot be told apart.": (
        "Детали наладки: указано {told}, осталось {left}. Проверьте количество.",
        "Баптау бөлшектері: көрсетілгені {told}, қалғаны {left}. Мөлшерді тексеріңіз.",
    ),
    "Nothing is held back under {discrepancy_id}: decided, or too long ago.": (
        "По номеру {discrepancy_id} ничего не задержано: уже решено или слишком давно.",
        "{discrepancy_id} нөмірі бойынша ұсталған ештеңе жоқ: шешілген не тым ескі.",
    ),
    "There are {qty} {uom} of {category}; {delta} cannot be taken off.": (
        "Количество ({category}): {qty} {uom}. Вычесть {delta} нельзя.",
        "Мөлшер ({category}): {qty} {uom}. {delta} шегеруге болмайды.",
    ),
    "Scrap {qty} {uom} taken, {coded} of them counted before.": (
        "Брак принят: {qty} {uom}, из них посчитано ранее: {coded}.",
        "Ақаулы қабылданды: {qty} {uom}, оның бұрын саналғаны: {coded}.",
    ),
    "{qty} parts are more than there are: {good} good and {uncoded} rejects without a code.": (
        "Деталей ({qty}) больше, чем есть: годных {good}, брака без кода {uncoded}. Проверьте количество.",
        "Бөлшек саны ({qty}) барынан көп: жарамды {good}, кодсыз ақаулы {uncoded}. Мөлшерді тексеріңіз.",
    ),
    "Unit {serial} is one part; leave out 'qty' or say 1.": (
        "Изделие {serial}: это одна деталь. Уберите поле «qty» или укажите 1.",
        "Бұйым {serial}: бұл бір бөлшек. «qty» өрісін алып тастаңыз не 1 деп жазыңыз.",
    ),
    "Unit {serial} needs an order in progress. Start one, then enter it again.": (
        "Изделие {serial}: нет заказа в работе. Начните заказ и введите снова.",
        "Бұйым {serial}: жұмыста тапсырыс жоқ. Тапсырысты бастап, қайта енгізіңіз.",
    ),
    "Unit {serial} is nonconforming. Write it off with dispose_nc.": (
        "Изделие {serial} не соответствует требованиям. Спишите его записью dispose_nc.",
        "Бұйым {serial} талапқа сай емес. Оны dispose_nc жазбасымен шығынға шығарыңыз.",
    ),
    "Unit {serial} was written off already.": (
        "Изделие {serial} уже списано. Уберите его с линии.",
        "Бұйым {serial} шығынға шығарылған. Оны желіден алып кетіңіз.",
    ),
    "{serial} is a component and no part of the order. Enter raise_nc.": (
        "Номер {serial} принадлежит компоненту, а не изделию заказа. Введите raise_nc.",
        "{serial} нөмірі тапсырыс бұйымынікі емес, құрамдастікі. raise_nc енгізіңіз.",
    ),
    "Unit {serial} was made for order {order_id}, operation {op_no}. Start it, or enter raise_nc.": (
        "Изделие {serial} сделано по заказу {order_id}, операция {op_no}. Начните её или введите raise_nc.",
        (
            "Бұйым {serial} мына тапсырыспен жасалған: {order_id}, операция {op_no}. Соны бастаңыз не "
            "raise_nc енгізіңіз."
        ),
    ),
    "Checks are due: {names}. Make them, or skip them with a reason.": (
        "Пора провести проверки: {names}. Проведите их или пропустите с причиной.",
        "Тексеру уақыты келді: {names}. Өткізіңіз не себебімен өткізіп жіберіңіз.",
    ),
}
