"""Letters and words of the pictures: English, then Russian and Kazakh. A letter is one of the word it stands for."""

from __future__ import annotations

from typing import Final

PICTURES: Final[dict[str, tuple[str, str]]] = {
    "F": ("А", "А"),
    "I": ("С", "Т"),
    "H": ("П", "К"),
    "S": ("Н", "Б"),
    "B": ("В", "Ш"),
    "O": ("О", "Ө"),
    "C": ("Л", "П"),
    "All others": ("Все остальные", "Қалғандары"),
    "Pace {count} of {norm} per hour": ("Темп {count} из {norm} в час", "Қарқын {count} / {norm} сағ"),
    "What stops cost in this shift": ("Потери смены на остановках", "Ауысымдағы тоқтау шығыны"),
    "No stop in this shift.": ("В этой смене остановок нет.", "Бұл ауысымда тоқтау жоқ."),
}
