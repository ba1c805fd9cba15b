"""Where a report's page finds what the other stages of its run wrote."""

from __future__ import annotations


def links(models: dict[str, str], made: list[str]) -> dict[str, dict[str, str]]:
    """Addresses, relative to reports/, of what the other stages wrote.

    models: the folder of each task's model; one made elsewhere is not linked.
    """
    tasks, own = list(models), {t: m for t, m in models.items() if m.startswith("data/")}
    return {
        "Evaluations": {t: f"evaluations/{t}/evaluation.json" for t in tasks},
        "Models": {t: f"../{folder}/" for t, folder in own.items()},
        "Impressions": {t: f"../data/impressions/{t}/" for t in made},
        "Tasks": {t: f"../data/tasks/{t}/task.json" for t in tasks},
    }
