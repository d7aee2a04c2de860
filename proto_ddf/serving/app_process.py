"""The process of a generated app.

    python -P app_process.py --port 3100 --log logs/app.log      in the app's folder

With -P the folder of this file is not in the search path, so that no file in it hides a module of the app. Therefore
the package that this file belongs to is loaded from its folder, under a name of its own.
"""

import faulthandler
import importlib
import importlib.util
import sys
from pathlib import Path

PACKAGE = "proto_ddf_serving"


def load_package() -> None:
    folder = Path(__file__).parent
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    faulthandler.enable()
    load_package()
    importlib.import_module(f"{PACKAGE}.app_main").main()
