"""What is said of orders, operations and setups: English, then Russian and Kazakh."""

from __future__ import annotations

from typing import Final

ORDERS: Final[dict[str, tuple[str, str]]] = {
    "Order {order_id} is planned for {planned}, not for {wc_id}. Take it there, or ask the planner.": (
        "Заказ {order_id} запланирован для {planned}, а не для {wc_id}. Отнесите его туда или спросите плановика.",
        "Тапсырыс {order_id} жоспарланған орны {planned}, {wc_id} емес. Сонда апарыңыз не жоспарлаушыдан сұраңыз.",
    ),
    "Order {order_id} is not known here. Ask the planner to publish it to {wc_id}.": (
        "Заказ {order_id} здесь неизвестен. Попросите плановика отправить его на {wc_id}.",
        "Тапсырыс {order_id} мұнда белгісіз. Жоспарлаушыдан жіберуін сұраңыз, орталық {wc_id}.",
    ),
    "Operations {missing} of order {order_id} are not completed yet. Do them first.": (
        "Заказ {order_id}: не завершены операции {missing}. Сначала выполните их.",
        "Тапсырыс {order_id}: аяқталмаған операциялар {missing}. Алдымен соларды орындаңыз.",
    ),
    (
        "Order {order_id} works with version {ours} of its {document}; {theirs} is in force. Ask the "
        "planner for another."
    ): (
        "Заказ {order_id} ({document}): здесь версия {ours}, действует {theirs}. Попросите у плановика другой.",
        "Тапсырыс {order_id} ({document}): мұнда {ours} нұсқасы, күшінде {theirs}. Жоспарлаушыдан басқасын сұраңыз.",
    ),
    "Order {order_id} is {status}, not released. Ask the planner to release it.": (
        "Заказ {order_id} не выпущен, его статус: {status}. Попросите плановика выпустить его.",
        "Тапсырыс {order_id} шығарылмаған, күйі: {status}. Жоспарлаушыдан шығаруын сұраңыз.",
    ),
    "No order waits here. Scan or choose the order that is to be started.": (
        "Ожидающих заказов здесь нет. Сканируйте или выберите заказ для начала.",
        "Мұнда күтіп тұрған тапсырыс жоқ. Бастайтын тапсырысты сканерлеңіз не таңдаңыз.",
    ),
    "Orders {first} and {other} are equally urgent. Scan or choose the one that is to be started.": (
        "Заказы {first} и {other} одинаково срочны. Сканируйте или выберите тот, что начать.",
        "{first} және {other} тапсырыстары бірдей шұғыл. Бастайтынын сканерлеңіз не таңдаңыз.",
    ),
    "Order {order_id} started.": (
        "Заказ {order_id} начат.",
        "Тапсырыс {order_id} басталды.",
    ),
    "Order {order_id} goes on.": (
        "Заказ {order_id} продолжен.",
        "Тапсырыс {order_id} жалғасты.",
    ),
    "Order {order_id} paused.": (
        "Заказ {order_id} приостановлен.",
        "Тапсырыс {order_id} кідіртілді.",
    ),
    "Order {order_id} finished in part; the rest follows.": (
        "Заказ {order_id} завершён частично, остальное позже.",
        "Тапсырыс {order_id} ішінара аяқталды, қалғаны кейін.",
    ),
    "Order {order_id} finished.": (
        "Заказ {order_id} завершён.",
        "Тапсырыс {order_id} аяқталды.",
    ),
    "Order {order_id} broken off; it may go on later.": (
        "Заказ {order_id} прерван, его можно продолжить позже.",
        "Тапсырыс {order_id} үзілді, кейін жалғастыруға болады.",
    ),
    "Order {order_id} given up.": (
        "Заказ {order_id} отменён.",
        "Тапсырыс {order_id} тоқтатылды.",
    ),
    "Setup started.": (
        "Наладка начата.",
        "Баптау басталды.",
    ),
    "Setup ended.": (
        "Наладка окончена.",
        "Баптау аяқталды.",
    ),
    "Work on {title} is in progress. Finish or pause it first, then start {order_id}.": (
        "В работе {title}. Сначала завершите или приостановите, затем начните заказ {order_id}.",
        "Жұмыста {title}. Алдымен аяқтаңыз не кідіртіңіз, содан кейін бастаңыз: тапсырыс {order_id}.",
    ),
    "No order is in progress. Scan or choose one to start.": (
        "Нет заказа в работе. Сканируйте или выберите заказ.",
        "Жұмыста тапсырыс жоқ. Тапсырысты сканерлеңіз не таңдаңыз.",
    ),
    "Order {order_id} is held ({code}). Ask quality to release the hold, then start it again.": (
        "Заказ {order_id} заблокирован ({code}). Попросите ОТК снять блокировку и начните снова.",
        "Тапсырыс {order_id} бұғатталған ({code}). Сапа бақылауы бұғатты алсын, содан кейін қайта бастаңыз.",
    ),
    "Work on order {order_id} has not begun here. Start it instead.": (
        "Заказ {order_id} здесь ещё не начат. Начните его.",
        "Тапсырыс {order_id} мұнда әлі басталмаған. Оны бастаңыз.",
    ),
    "No setup is under way.": (
        "Наладка не идёт. Делать ничего не нужно.",
        "Баптау жүріп жатқан жоқ. Ештеңе істеудің керегі жоқ.",
    ),
    "Work on {title} is not in progress here. Resume it first.": (
        "Работа {title} здесь не идёт. Сначала продолжите её.",
        "{title} жұмысы мұнда жүріп жатқан жоқ. Алдымен жалғастырыңыз.",
    ),
    "Work on {title} has ended here: {status}. What is missing or too much needs a correction; call a supervisor.": (
        "Работа {title} здесь окончена: {status}. Недостачу или излишек исправляет мастер, позовите его.",
        "{title} жұмысы мұнда аяқталған: {status}. Жетпегенін не артығын шебер түзетеді, шақырыңыз.",
    ),
    "Work on {title} is in progress already.": (
        "Работа {title} уже идёт. Делать ничего не нужно.",
        "{title} жұмысы жүріп жатыр. Ештеңе істеудің керегі жоқ.",
    ),
    "Work on {title} is paused already. Resume it, or start another.": (
        "Работа {title} уже приостановлена. Продолжите её или начните другую.",
        "{title} жұмысы кідіртілген. Жалғастырыңыз не басқасын бастаңыз.",
    ),
}
