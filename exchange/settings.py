"""The one settings module: the same everywhere, differences come from the environment and are typed here."""

import re
import sys
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from exchange.addresses import (
    cache_url,
    default_database_url,
    default_redis_url,
    is_owners_work,
    local_secret_key,
    timeout_options,
)
from exchange.operation.logs import FORMATS, logging_config
from exchange.schedule import beat_schedule

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
env = environ.Env()

# --- who we are ---------------------------------------------------------------------------------------------
DEBUG: bool = env.bool("DEBUG", default=False)
SITE_URL: str = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in ("http", "https") or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL must look like https://exchange.example.org, not {SITE_URL!r}")
HTTPS = _site.scheme == "https"
SECRET_KEY: str = env.str("SECRET_KEY", default="") or local_secret_key(ROOT)
# Keys from before: what they signed goes on being taken, nothing new is signed by them.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set, and no local one was made: run `make run`, or set it.")
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[_site.hostname, "127.0.0.1", "localhost", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- parts --------------------------------------------------------------------------------------------------
DATABASE_URL: str = env.str("DATABASE_URL", default="") or default_database_url(ROOT)
REDIS_URL: str = env.str("REDIS_URL", default="") or default_redis_url(ROOT)
# The owner of the tables, where that is another role than the one that runs the site (docs/operations.md).
MIGRATION_DATABASE_URL: str = env.str("MIGRATION_DATABASE_URL", default="")
RUNNING_ROLE: str = env.db_url_config(DATABASE_URL)["USER"]
DATABASES = {
    "default": env.db_url_config(
        (is_owners_work(sys.argv) and MIGRATION_DATABASE_URL) or DATABASE_URL,
    )
}
DATABASES["default"] |= {
    "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
}
# How long a page's, or a job's, statement may take, wait for a lock, and leave a transaction open before the database
# ends it; 0: for ever, as for the commands of an operator.
STATEMENT_TIMEOUT_S: int = env.int("STATEMENT_TIMEOUT_S", default=30)
LOCK_TIMEOUT_S: int = env.int("LOCK_TIMEOUT_S", default=10)
IDLE_IN_TRANSACTION_TIMEOUT_S: int = env.int("IDLE_IN_TRANSACTION_TIMEOUT_S", default=60)
WORKER_STATEMENT_TIMEOUT_S: int = env.int("WORKER_STATEMENT_TIMEOUT_S", default=900)
WORKER_LOCK_TIMEOUT_S: int = env.int("WORKER_LOCK_TIMEOUT_S", default=60)
WORKER_IDLE_IN_TRANSACTION_TIMEOUT_S: int = env.int("WORKER_IDLE_IN_TRANSACTION_TIMEOUT_S", default=900)
_limits: dict[str, tuple[int, ...]] = {
    "gunicorn": (STATEMENT_TIMEOUT_S, LOCK_TIMEOUT_S, IDLE_IN_TRANSACTION_TIMEOUT_S),
    "celery": (
        WORKER_STATEMENT_TIMEOUT_S,
        WORKER_LOCK_TIMEOUT_S,
        WORKER_IDLE_IN_TRANSACTION_TIMEOUT_S,
    ),
}
# In the first message of a connection: a statement of its own for each would cost a round trip.
if _options := timeout_options(*_limits.get(Path(sys.argv[0]).name, ())):
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", _options)
CACHES = {
    "default": {
        "BACKEND": "common.cache.CacheWithStandIn",
        "LOCATION": cache_url(REDIS_URL),
        "KEY_PREFIX": "loopyard",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

INSTALLED_APPS = [
    "exchange",
    "notifications",
    "planning",
    "trading",
    "matching",
    "register",
    "listings",
    "catalogue",
    "accounts",
    "events",
    "common",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "common.web.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "common.web.languages.LanguageMiddleware",
    "accounts.views.languages.ProgrammeLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.views.second_factor.SecondFactorMiddleware",
    "common.web.kept.KeptFormMiddleware",
    "common.web.middleware.AppErrorMiddleware",
    "events.form_keys.FormKeyMiddleware",
]
ROOT_URLCONF = "exchange.urls"
WSGI_APPLICATION = "exchange.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["common.templatetags.components"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "exchange.web.context.site",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- language and time --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
# Each in its own words, so that whoever looks for it finds it.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files --------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "common.web.stylesheet.StyleSheetFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
JOINED_STATIC_ROOT = VAR / "joined"
# Hashed names need `collectstatic`, which an image build runs and a local start should not wait for.
STATIC_MANIFEST: bool = env.bool("STATIC_MANIFEST", default=False)
STATIC_ROOT = VAR / "static" if STATIC_MANIFEST else None
# What people upload; no address serves it but the views that check who asks.
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_MANIFEST
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not STATIC_MANIFEST
WHITENOISE_AUTOREFRESH = DEBUG

# --- people -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.forms.passwords.ObviousPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
# Only in the browser that signed up; anywhere else the link confirms, and one signs in.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_ON_GET = False
# Whoever finds a browser signed in must not take the account over: the password is asked for, and the old address told.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Of staff and facilitators, who see much: off, asked, required.
SECOND_FACTOR: str = env.str("SECOND_FACTOR", default="asked")
if SECOND_FACTOR not in ("off", "asked", "required"):
    raise ImproperlyConfigured(f"SECOND_FACTOR must be off, asked or required, not {SECOND_FACTOR!r}")
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Loopyard"
# A clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers know passkeys on https alone, and on the machine itself.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
CSRF_FAILURE_VIEW = "common.web.kept.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="Loopyard <no-reply@localhost>")
if EMAIL_URL := env.str("EMAIL_URL", default=""):
    globals().update(env.email_url_config(EMAIL_URL))
else:
    # Without a mail server, letters are kept where the person who tries the product can read them.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR / "mail")
# To whom other mail servers report letters that did not arrive; piped into `manage.py note_bounces`.
BOUNCE_ADDRESS: str = env.str("BOUNCE_ADDRESS", default="")
# Whoever causes a letter writes it into the database; a worker hands it to the server.
LETTER_BACKEND: str = globals()["EMAIL_BACKEND"]
EMAIL_BACKEND = "notifications.backend.QueueBackend"
# How long a worker has a letter for itself; what died with its worker is handed over again after that.
LETTER_LEASE_S: float = env.float("LETTER_LEASE_S", default=60.0)
# On the machine of whoever tries the product, whoever just signed up is shown the letter at /mail/.
SHOW_LETTERS: bool = env.bool(
    "SHOW_LETTERS", default=not EMAIL_URL and _site.hostname in ("127.0.0.1", "localhost", "::1")
)
# A worker waits meanwhile: a mail server that says nothing is given up soon.
EMAIL_TIMEOUT: int = env.int("EMAIL_TIMEOUT", default=5)

# --- work ---------------------------------------------------------------------------------------------------
EVENT_WIRING = "exchange.wiring.WIRING"
EVENT_WIRING_IN_BULK = "exchange.wiring.IN_BULK"
EVENT_WIRING_SPARED = "exchange.wiring.SPARED"
PAGE_SLOTS = "exchange.web.slots.SLOTS"
LONGEST_TASK_S = 15 * 60
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": LONGEST_TASK_S + 60,
    # With the defaults, tasks in flight at a SIGKILL come back only after 100 s or more.
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    # For workers and beat, which can wait for a busy broker; for those who write see events/broker.py.
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = LONGEST_TASK_S
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "matching.tasks.*": {"queue": "matching"},
    "planning.tasks.*": {"queue": "planning"},
    # Short, and needed most when the workers of plans are busy.
    "planning.tasks.sweep_runs": {"queue": "default"},
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "run" / "beat-schedule")
CELERY_BEAT_SCHEDULE = beat_schedule()

# How many days it takes until something is forgotten (`manage.py forget_old`); the log and what was agreed never is.
SESSION_DAYS: int = env.int("SESSION_DAYS", default=14)
SESSION_COOKIE_AGE = SESSION_DAYS * 24 * 3600
KEEP_INVITATIONS_DAYS: int = env.int("KEEP_INVITATIONS_DAYS", default=90)
KEEP_DONE_JOBS_DAYS: int = env.int("KEEP_DONE_JOBS_DAYS", default=30)
KEEP_LETTERS_DAYS: int = env.int("KEEP_LETTERS_DAYS", default=30)
for _name in ("SESSION_DAYS", "KEEP_INVITATIONS_DAYS", "KEEP_DONE_JOBS_DAYS", "KEEP_LETTERS_DAYS"):
    if globals()[_name] < 1:
        raise ImproperlyConfigured(f"{_name} must be 1 or more days, not {globals()[_name]}")

# --- way by road --------------------------------------------------------------------------------------------
# An OSRM server of one's own, such as http://osrm:5000; without one the road factor is all that is known of roads.
ROUTING_URL: str = env.str("ROUTING_URL", default="").rstrip("/")
if ROUTING_URL and (
    urlsplit(ROUTING_URL).scheme not in ("http", "https") or not urlsplit(ROUTING_URL).hostname
):
    raise ImproperlyConfigured(f"ROUTING_URL must look like http://osrm:5000, not {ROUTING_URL!r}")

# --- whom to ask --------------------------------------------------------------------------------------------
# Who runs this exchange, and where they are reached: an e-mail address or a page. Shown wherever somebody may be stuck.
OPERATOR_NAME: str = env.str("OPERATOR_NAME", default="")
OPERATOR_CONTACT: str = env.str("OPERATOR_CONTACT", default="")
if OPERATOR_CONTACT and not (
    urlsplit(OPERATOR_CONTACT).scheme in ("http", "https") and urlsplit(OPERATOR_CONTACT).hostname
):
    try:
        validate_email(OPERATOR_CONTACT)
    except ValidationError:
        raise ImproperlyConfigured(
            f"OPERATOR_CONTACT must be an e-mail address or a page, not {OPERATOR_CONTACT!r}"
        ) from None

# --- API ----------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "common.api.openapi.Schema",
    "EXCEPTION_HANDLER": "common.api.problem_response",
    "DEFAULT_VERSIONING_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": env.int("TRUSTED_PROXIES", default=0),
}
# Calls of the API within so many seconds, as 3000/60: of one person, of one address. Empty: any number, as on the
# machine of whoever tries the product.
_TRIED = _site.hostname in ("127.0.0.1", "localhost", "::1")
API_LIMIT: str = env.str("API_LIMIT", default="" if _TRIED else "3000/60")
API_LIMIT_ANONYMOUS: str = env.str("API_LIMIT_ANONYMOUS", default="" if _TRIED else "600/60")
for _name, _limit in (("API_LIMIT", API_LIMIT), ("API_LIMIT_ANONYMOUS", API_LIMIT_ANONYMOUS)):
    if not re.fullmatch(r"([1-9][0-9]{0,6}/[1-9][0-9]{0,4})?", _limit):
        raise ImproperlyConfigured(
            f"{_name} must say calls/seconds such as 3000/60, or nothing, not {_limit!r}"
        )
SPECTACULAR_SETTINGS = {
    "TITLE": "Loopyard",
    # A heading of the second level, since Swagger UI follows with the third.
    "DESCRIPTION": (
        "## The by-product exchange over REST\n\nQuantities and money are decimal strings; times are UTC. Every call "
        "that changes something takes the header `Idempotency-Key`: sent again with it within 30 days, it is carried "
        "out once."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    "ENUM_NAME_OVERRIDES": {
        "Basis": "catalogue.models.Basis",
        "CanonicalUnit": "catalogue.precedents.api.CANONICAL_UNITS",
        "DismissReason": "matching.models.DismissReason",
        "Kind": "catalogue.models.Kind",
        "NotificationKind": "notifications.models.Kind",
        "LegalStatus": "catalogue.models.LegalStatus",
        "ListingState": "listings.models.State",
        "LostReason": "trading.models.LostReason",
        "Party": "trading.api.shared.PARTIES",
        "Participant": "trading.models.Actor",
        "SafetyProperty": "listings.models.SafetyProperty",
        "Limit": "matching.api.explanations.LIMITS",
        "LimitOrAssumed": "matching.api.explanations.LIMITS_OR_ASSUMED",
        "MatchState": "matching.models.MatchState",
        "PlanRunState": "planning.models.RunState",
        "PlanStudyState": "planning.models.StudyState",
        "PlanBasis": "planning.models.Basis",
        "PlanObjective": "planning.models.Objective",
        "Unit": "common.api.UNIT_CHOICES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.api.openapi.refuse_unknown_fields",
        "common.api.openapi.leave_out_defaults",
        "common.api.openapi.add_problems",
        "common.api.openapi.add_idempotency",
    ],
    # The default asks validator.swagger.io about this document.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False, "validatorUrl": None},
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- safety -------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
SECURE_REDIRECT_EXEMPT = [r"^(healthz|livez|readyz|metrics)$"]
SECURE_HSTS_SECONDS: int = env.int("HSTS_SECONDS", default=365 * 24 * 3600 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of our own a request passes; without any, X-Forwarded-For is whatever the sender likes it to be.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TILE_URL: str = env.str("TILE_URL", default="")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        # Bars and map markers are sized by style attributes; no script can be smuggled in that way.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": [
            "'self'",
            "data:",
            *([f"{urlsplit(TILE_URL).scheme}://{urlsplit(TILE_URL).netloc}"] if TILE_URL else []),
        ],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- what is seen of it -------------------------------------------------------------------------------------
LOG_FORMAT: str = env.str("LOG_FORMAT", default="plain")
if LOG_FORMAT not in FORMATS:
    raise ImproperlyConfigured(f"LOG_FORMAT must be one of {', '.join(FORMATS)}, not {LOG_FORMAT!r}")
LOGGING = logging_config(LOG_FORMAT, env.str("LOG_LEVEL", default="INFO"))
# Who may read /metrics: whoever bears the token, and these networks.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
METRICS_FROM: list[str] = env.list("METRICS_FROM", default=["127.0.0.0/8", "::1/128"])
for _network in METRICS_FROM:
    try:
        ip_network(_network)
    except ValueError:
        raise ImproperlyConfigured(
            f"METRICS_FROM must name networks such as 10.0.0.0/8, not {_network!r}"
        ) from None
# Below so much free room where uploads lie, /readyz sends people to another machine, and /healthz says so.
DISK_RESERVE_MB: int = env.int("DISK_RESERVE_MB", default=200)
SENTRY_DSN: str = env.str("SENTRY_DSN", default="")
RELEASE: str = env.str("RELEASE", default="")
