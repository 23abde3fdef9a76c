"""A worker's process without a broker: every step in turn, as tasks would, until its input ends.

python -m tests.system.shift    on the database of its environment
"""

import os
import sys
import threading
import time


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.db import close_old_connections

    from monitor.pipeline.steps import STEPS

    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    print("ready", flush=True)
    while not ended.is_set():
        for name in ("collect", "analyse", "group", "index", "alert", "deliver"):
            close_old_connections()  # as Celery does before every task
            STEPS[name].run()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
