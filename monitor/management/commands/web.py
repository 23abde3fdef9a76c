"""yuqing web: the console alone, as the supervisor starts it."""

from typing import Any

from monitor.management.console import Command as Console


class Command(Console):
    help = "只启动控制台（通常由 yuqing up 启动）。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认 127.0.0.1")
        parser.add_argument("--port", type=int, default=8000, help="监听端口，默认 8000")

    def handle(self, *args: Any, **options: Any) -> None:
        import waitress

        from config.wsgi import application
        from monitor.pipeline.lookout import keep_watch

        keep_watch()
        waitress.serve(
            application,
            host=options["host"],
            port=options["port"],
            threads=8,
            channel_timeout=60,
            max_request_body_size=2 * 1024 * 1024,
            clear_untrusted_proxy_headers=True,
            ident=None,
        )
