"""The test run's own data folder and settings, made before Django reads them."""

import os
import tempfile

_KEPT = ("YUQING_EVAL_DATA", "YUQING_TEST_")

# Every YUQING_ setting of the machine is set aside: a test run must not touch real data.
for _name in [
    name for name in os.environ if name.startswith("YUQING_") and not name.startswith(_KEPT)
]:
    del os.environ[_name]
_folder = tempfile.TemporaryDirectory(prefix="yuqing-tests-", ignore_cleanup_errors=True)
os.environ["YUQING_DATA"] = _folder.name
os.environ["YUQING_FETCH_ALLOW"] = "127.0.0.0/8"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django  # noqa: E402 - after the environment that its settings read

# pytest-django sets up before conftests are read, and so could not have seen the above.
django.setup()
