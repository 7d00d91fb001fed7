"""What gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
application = get_wsgi_application()

# What a process holds from here on stays: looked through for garbage again and again, it would make some answers late.
gc.collect()
gc.freeze()
