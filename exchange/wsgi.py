"""What gunicorn serves."""

import gc
import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application

from exchange.operation.counting import count_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
# Before anything counts: see there.
count_in(Path(__file__).resolve().parent.parent / "var" / "run" / "metrics")
application = get_wsgi_application()

# What a process holds from here on stays: looked through for garbage again and again, it would make some answers late.
gc.collect()
gc.freeze()
