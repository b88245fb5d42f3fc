"""What is said of movements, use, checks, holds and what is kept apart: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

FLOOR_ANSWERS: Final[dict[str, tuple[str, str]]] = {
    "{qty} {uom} of {name} brought here; the MES has still to confirm it.": (
        "{name}: принесено {qty} {uom}; MES ещё не подтвердила.",
        "{name}: {qty} {uom} әкелінді; MES әлі растаған жоқ.",
    ),
    "{qty} {uom} of {name} brought back; the MES has still to confirm it.": (
        "{name}: возвращено {qty} {uom}; MES ещё не подтвердила.",
        "{name}: {qty} {uom} қайтарылды; MES әлі растаған жоқ.",
    ),
    "Lot {lot_id} is {known}, not {said}. Look at the label again.": (
        "Партия {lot_id}: это {known}, а не {said}. Посмотрите на этикетку ещё раз.",
        "Партия {lot_id}: бұл {known}, {said} емес. Жапсырмаға қайта қараңыз.",
    ),
    "Nobody knows what item it is. Enter it with its item, or load the lot first.": (
        "Неизвестно, какая это номенклатура. Укажите её или сначала загрузите партию.",
        "Қандай номенклатура екені белгісіз. Оны көрсетіңіз не алдымен партияны жүктеңіз.",
    ),
    "{qty} {uom} of {item_id} would be used, {allowed} are allowed. Enter it with a reason.": (
        "Расход {item_id} станет {qty} {uom}, разрешено {allowed}. Укажите причину.",
        "{item_id} шығыны {qty} {uom} болады, рұқсаты {allowed}. Себебін көрсетіңіз.",
    ),
    "{qty} {uom} of {name} taken as used.": (
        "{name}: расход {qty} {uom} принят.",
        "{name}: {qty} {uom} шығыны қабылданды.",
    ),
    (
        "{item_id} is not in the bill of materials. Needed here: {expected}. "
        "If it was used all the same, enter it with a reason."
    ): (
        "{item_id} нет в спецификации. Здесь нужно: {expected}. Если всё же израсходовано, укажите причину.",
        "{item_id} спецификацияда жоқ. Мұнда керегі: {expected}. Бәрібір жұмсалса, себебін көрсетіңіз.",
    ),
    "{item_id} stands in for {component}. Say why: enter it with a reason.": (
        "{item_id} взамен {component}. Укажите причину.",
        "{item_id} мынаның орнына: {component}. Себебін көрсетіңіз.",
    ),
    "There is no component {line} here; there are {known}.": (
        "Компонента {line} здесь нет; есть {known}.",
        "Мұнда {line} құрамдасы жоқ; барлары: {known}.",
    ),
    "The entry needs 'lot_id', 'bom_line' or 'item_id'.": (
        "Для записи нужно одно из: lot_id, bom_line, item_id.",
        "Жазбаға мыналардың бірі керек: lot_id, bom_line, item_id.",
    ),
    "No check {check_id} is due.": ("Проверка {check_id} сейчас не нужна.", "{check_id} тексеруі қазір керек емес."),
    "No check {check_id} is due of lot {lot_id}.": (
        "Проверка {check_id} партии {lot_id} сейчас не нужна.",
        "{check_id} тексеруі қазір керек емес, партия {lot_id}.",
    ),
    "Check {check_id} skipped ({count}).": (
        "Проверка {check_id} пропущена ({count}).",
        "{check_id} тексеруі өткізілді ({count}).",
    ),
    "Check {check_id}: {result}.": ("Проверка {check_id}: {result}.", "{check_id} тексеруі: {result}."),
    "No plan has a check '{check_id}'; planned here: {known}. Else say the 'characteristic'.": (
        "Проверки «{check_id}» в планах нет; здесь есть: {known}. Иначе укажите characteristic.",
        "Жоспарда «{check_id}» тексеруі жоқ; мұнда: {known}. Болмаса characteristic көрсетіңіз.",
    ),
    "Check {check_id} is of a lot. Say which: 'lot_id'.": (
        "Проверка {check_id} — для партии. Укажите, какой.",
        "{check_id} тексеруі партияға арналған. Қайсысы екенін көрсетіңіз.",
    ),
    "Check {check_id} is measured. Enter the value found.": (
        "Проверка {check_id} — измерение. Введите значение.",
        "{check_id} тексеруі өлшенеді. Мәнін енгізіңіз.",
    ),
    "Say whether check {check_id} passed: 'result' pass or fail.": (
        "Укажите итог проверки {check_id}: годно или не годно.",
        "{check_id} тексеруінің нәтижесін көрсетіңіз: жарамды не жарамсыз.",
    ),
    "Unit {serial} is good again.": ("Изделие {serial} снова годное.", "Бұйым {serial} қайта жарамды."),
    "It does not conform: somebody must decide what becomes of it.": (
        "Несоответствие: нужно решить, что с ним делать.",
        "Сәйкессіз: онымен не істелетінін шешу керек.",
    ),
    "{name} is on hold.": ("Заблокировано: {name}.", "Бұғатталды: {name}."),
    "{name} is on hold already. Nothing to do.": (
        "{name}: уже заблокировано. Ничего делать не нужно.",
        "{name}: бұғатталып қойған. Ештеңе істеу керек емес.",
    ),
    "{name} is not on hold. Nothing to do.": (
        "{name}: не заблокировано. Ничего делать не нужно.",
        "{name}: бұғатталмаған. Ештеңе істеу керек емес.",
    ),
    "The MES restricts lot {lot_id}; only the MES can release it.": (
        "Партию {lot_id} заблокировала MES; снять может только она.",
        "{lot_id} партиясын MES бұғаттаған; тек сол босата алады.",
    ),
    "The hold was placed at {wc_id}. Release it there.": (
        "Блокировка поставлена на {wc_id}. Снимите её там.",
        "Бұғат {wc_id} орталығында қойылған. Сонда алыңыз.",
    ),
    "{name} is free again.": ("{name}: блокировка снята.", "{name}: бұғат алынды."),
    "No hold of this id is open here. Name what is held: target, target_id.": (
        "Такой блокировки здесь нет. Укажите, что заблокировано.",
        "Мұнда мұндай бұғат жоқ. Не бұғатталғанын көрсетіңіз.",
    ),
    "Name the unit by 'serial' or the lot by 'lot_id', not both.": (
        "Укажите изделие или партию, но не обе.",
        "Бұйымды не партияны көрсетіңіз, екеуін емес.",
    ),
    "{name} is kept apart. Decide: repair, retest, write off or use as is.": (
        "{name}: отложено. Решите: исправить, проверить повторно, списать или использовать.",
        "{name}: бөлек қойылды. Шешіңіз: жөндеу, қайта тексеру, есептен шығару не пайдалану.",
    ),
    "{qty} parts are kept apart. Decide: repair, retest, write off or use as is.": (
        "Отложено деталей: {qty}. Решите: исправить, проверить повторно, списать или использовать.",
        "Бөлек қойылды: {qty}. Шешіңіз: жөндеу, қайта тексеру, есептен шығару не пайдалану.",
    ),
    "Decided on {name}: {disposition}.": ("Решение по {name}: {disposition}.", "{name} бойынша шешім: {disposition}."),
    "Decided on {qty} parts: {disposition}.": (
        "Решение по деталям ({qty}): {disposition}.",
        "Бөлшектер ({qty}) бойынша шешім: {disposition}.",
    ),
    "Nobody has decided yet. Enter dispose_nc with repair or retest first.": (
        "Решения ещё нет. Сначала выберите: исправить или проверить повторно.",
        "Әлі шешім жоқ. Алдымен таңдаңыз: жөндеу не қайта тексеру.",
    ),
    "Unit {serial} passed.": ("Изделие {serial} прошло проверку.", "Бұйым {serial} тексеруден өтті."),
    "{qty} parts passed.": ("Прошло проверку деталей: {qty}.", "Тексеруден өткен бөлшек: {qty}."),
    "Unit {serial} is not nonconforming. Enter raise_nc first.": (
        "Изделие {serial} не отложено. Сначала отложите его.",
        "Бұйым {serial} бөлек қойылмаған. Алдымен бөлек қойыңыз.",
    ),
    "No open nonconformance {nc_id}. Name a unit by its 'serial'.": (
        "Открытого несоответствия {nc_id} нет. Укажите номер изделия.",
        "Ашық сәйкессіздік жоқ: {nc_id}. Бұйым нөмірін көрсетіңіз.",
    ),
    "{qty} are more than the {left} that are open.": (
        "{qty} больше, чем открыто: {left}.",
        "{qty} ашық санынан көп: {left}.",
    ),
    "Serial {first} assigned.": ("Номер выдан: {first}.", "Нөмір берілді: {first}."),
    "{count} serials assigned, {first} to {last}.": (
        "Выдано номеров: {count}, {first} — {last}.",
        "Берілген нөмірлер: {count}, {first} — {last}.",
    ),
}
