"""All settings of one installation. Nothing else in the program reads the environment."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import available_timezones

from csp.constants import NONCE, NONE, SELF
from phonenumbers import SUPPORTED_REGIONS

from sapa.config import env
from sapa.config.intake_settings import (  # noqa: F401 - settings of their own file
    SAPA_FILE_LEGS,
    SAPA_FILE_PATTERN,
    SAPA_PBX_EVENTS_SECRET,
    SAPA_PBX_LOGS,
    SAPA_PBX_TABLES,
    SAPA_PBX_ZONE,
    SAPA_WATCH_ARCHIVE,
    SAPA_WATCH_DIRS,
    SAPA_WATCH_METADATA_WAIT_S,
    SAPA_WATCH_STABLE_S,
)
from sapa.config.secret import secret_key_kept
from sapa.config.speech_settings import (  # noqa: F401 - settings of their own file
    SAPA_ASR_ENGINE,
    SAPA_ASR_HUB,
    SAPA_ASR_LANGUAGES,
    SAPA_ASR_MODEL,
    SAPA_ASR_MOST_WRONG_PCT,
    SAPA_ASR_ONNX_MODEL,
    SAPA_ASR_SECOND_ENGINE,
    SAPA_ASR_SECOND_MODEL,
    SAPA_ASR_SECOND_SHARE,
    SAPA_ASR_SERVER_KEY,
    SAPA_ASR_SERVER_MODEL,
    SAPA_ASR_SERVER_TIMEOUT_S,
    SAPA_ASR_SERVER_URL,
    SAPA_ASR_THREADS,
)

env.telemetry_off()
PACKAGE_DIR = Path(__file__).resolve().parent.parent

SAPA_DATA_DIR = env.path("SAPA_DATA_DIR", "var", "Folder that holds everything Sapa writes")
DATABASES = {
    "default": env.database(
        "SAPA_DATABASE_URL",
        "",
        "Database: `sqlite:///file` (`sqlite:////folder/file` from the root) or "
        "`postgresql://user:password@host:port/name`. Empty: SQLite in the data folder",
        data_dir=SAPA_DATA_DIR,
    )
} | env.more_databases(
    "target", "SAPA_MOVE_TO_DATABASE_URL", "Database that `sapa move` copies everything to; only for that command"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SAPA_BLOBS_URL = env.blobs(
    "SAPA_BLOBS_URL",
    "",
    "Where recordings lie, for several machines: `file:///shared/folder`, or an S3-compatible server as "
    "`s3://bucket/prefix?endpoint=https://server:9000&region=name&ca=/file.pem`. Empty: in the data folder",
)
SAPA_MOVE_TO_BLOBS_URL = env.blobs(
    "SAPA_MOVE_TO_BLOBS_URL", "", "Where `sapa move` copies the recordings to; only for that command"
)
SAPA_S3_ACCESS_KEY = env.text("SAPA_S3_ACCESS_KEY", "", "Access key of the S3-compatible server", secret=True)
SAPA_S3_SECRET_KEY = env.text("SAPA_S3_SECRET_KEY", "", "Secret key of the S3-compatible server", secret=True)
if SAPA_BLOBS_URL.startswith("s3:") and not (SAPA_S3_ACCESS_KEY and SAPA_S3_SECRET_KEY):
    env.refuse("SAPA_BLOBS_URL", "SAPA_S3_ACCESS_KEY and SAPA_S3_SECRET_KEY are needed with it")

SECRET_KEY = env.text(
    "SAPA_SECRET_KEY",
    "",
    "Key that signs sessions. Empty: made once and kept in the data folder, readable by its owner only",
    secret=True,
) or secret_key_kept(SAPA_DATA_DIR)
DEBUG = env.flag("SAPA_DEBUG", False, "Show error details in the browser; only for development")
ALLOWED_HOSTS = env.words("SAPA_HOSTS", "localhost,127.0.0.1,[::1]", "Host names the site answers to, by comma")
CSRF_TRUSTED_ORIGINS = env.words("SAPA_ORIGINS", "", "Origins allowed to post forms, like `https://sapa.example`")
SAPA_HTTPS = env.flag("SAPA_HTTPS", False, "The site is reached by HTTPS: cookies are then sent over HTTPS only")
SAPA_BIND = env.text("SAPA_BIND", "127.0.0.1", "Address the web server listens on")
SAPA_PORT = env.integer("SAPA_PORT", 8000, "Port the web server listens on", low=0, high=65535)
SAPA_PROXIES = env.integer(
    "SAPA_PROXIES",
    0,
    "Web servers in front of this one, each of which adds to `X-Forwarded-For` whom it was asked by. With 0 that "
    "header counts for nothing, and behind a web server everybody seems to come from its address",
    low=0,
    high=9,
)
SAPA_WEB_THREADS = env.integer("SAPA_WEB_THREADS", 8, "Threads of the web server", low=1, high=256)

SAPA_WORKERS = env.integer(
    "SAPA_WORKERS",
    1,
    "Workers that `sapa serve` runs; with a broker, also the processes of `sapa worker`. Each holds a speech model "
    "of its own",
    low=1,
    high=64,
)
SAPA_WORKER_STAGES = env.some(
    "SAPA_WORKER_STAGES",
    "Stages that the workers of this machine take, by comma. Empty: all",
    allowed=("recording", "transcribe", "analyse", "grade"),
)
SAPA_BROKER_URL = env.broker(
    "SAPA_BROKER_URL",
    "",
    "Broker that wakes the workers of several machines: `amqp://user:password@host:5672//` (RabbitMQ) or "
    "`redis://:password@host:6379/0`; `amqps` and `rediss` are encrypted. Empty: workers look for work by themselves",
)
SAPA_LEASE_S = env.integer(
    "SAPA_LEASE_S", 60, "Seconds after which a worker that gives no sign is taken for lost", low=3, high=3600
)

SAPA_NODE_MODULES = env.path(
    "SAPA_NODE_MODULES", str(PACKAGE_DIR.parent.parent / "node_modules"), "Folder of the pinned browser assets"
)
SAPA_COMPANY_NAMES = env.words(
    "SAPA_COMPANY_NAMES", "", "Names by which agents introduce the company, by comma; they help to tell the parties"
)
SAPA_PHONE_REGION = env.known(
    "SAPA_PHONE_REGION",
    "KZ",
    "Country (ISO 3166) of phone numbers given without a prefix",
    allowed=SUPPORTED_REGIONS,
    example="KZ",
)
SAPA_UPLOAD_MAX_MB = env.integer("SAPA_UPLOAD_MAX_MB", 1024, "Largest recording taken, in megabytes", low=1, high=65536)
SAPA_BLIND_REVIEWS = env.flag(
    "SAPA_BLIND_REVIEWS", True, "Reviewers see what the machine marked only after they have marked the call themselves"
)
TIME_ZONE = env.known(
    "SAPA_TIME_ZONE",
    "UTC",
    "Time zone of screens and reports, like `Asia/Almaty`",
    allowed=available_timezones(),
    example="Asia/Almaty",
)
LANGUAGE_CODE = env.choice(
    "SAPA_LANGUAGE", "en", "Language of screens before a person chooses one", allowed=("en", "ru", "pl", "kk")
)
SAPA_LOCK_OUT_AFTER = env.integer(
    "SAPA_LOCK_OUT_AFTER", 5, "Wrong passwords for one name from one address that lock it out there", low=1, high=100
)
SAPA_LOCK_OUT_MINUTES = env.integer("SAPA_LOCK_OUT_MINUTES", 15, "Minutes that a lock-out lasts", low=1, high=1440)
SAPA_CONFIRM_MINUTES = env.integer(
    "SAPA_CONFIRM_MINUTES",
    15,
    "Minutes after which a sign-in must be confirmed before people, ways in or second factors are changed",
    low=1,
    high=1440,
)
SAPA_ADMINISTRATOR_SECOND_FACTOR = env.flag(
    "SAPA_ADMINISTRATOR_SECOND_FACTOR", False, "Administrators must have a second factor; API tokens go on without"
)
SAPA_OIDC_ISSUER = env.issuer(
    "SAPA_OIDC_ISSUER", "", "Single sign-on: the address of an OpenID Connect issuer. Empty: there is none"
)
SAPA_OIDC_CLIENT_ID = env.text("SAPA_OIDC_CLIENT_ID", "", "Under which id the issuer knows this installation")
SAPA_OIDC_CLIENT_SECRET = env.text("SAPA_OIDC_CLIENT_SECRET", "", "The secret that goes with it", secret=True)
SAPA_OIDC_LABEL = env.text("SAPA_OIDC_LABEL", "", "How the button names the issuer, like `Example AD`. Empty: its host")
SAPA_OIDC_CLAIM = env.choice(
    "SAPA_OIDC_CLAIM",
    "email",
    "What the issuer tells that must be the name a person signs in with here: the verified e-mail, or a user name that "
    "people cannot change there by themselves",
    allowed=("email", "preferred_username"),
)
if SAPA_OIDC_ISSUER and not (SAPA_OIDC_CLIENT_ID and SAPA_OIDC_CLIENT_SECRET):
    env.refuse("SAPA_OIDC_ISSUER", "SAPA_OIDC_CLIENT_ID and SAPA_OIDC_CLIENT_SECRET are needed with it")
SAPA_METRICS_TOKEN = env.text(
    "SAPA_METRICS_TOKEN",
    "",
    "Token that Prometheus sends to read `/metrics`. Empty: there is no such address",
    secret=True,
)
SAPA_LOG_FORMAT = env.choice(
    "SAPA_LOG_FORMAT", "line", "Form of the log: lines for people, or a JSON object a line", allowed=("line", "json")
)
LOG_LEVEL = env.choice("SAPA_LOG_LEVEL", "INFO", "How much is logged", allowed=("DEBUG", "INFO", "WARNING", "ERROR"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "sapa.audit",
    "sapa.accounts",
    "sapa.calls",
    "sapa.recordings",
    "sapa.transcripts",
    "sapa.analytics",
    "sapa.scorecards",
    "sapa.reviews",
    "sapa.consultations",
    "sapa.pipeline",
    "sapa.desk",
    "sapa.config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sapa.config.body_limits.BodyLimitsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "sapa.accounts.middleware.SessionSeenMiddleware",
    "sapa.accounts.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "sapa.desk.middleware.ErrorPagesMiddleware",
]
ROOT_URLCONF = "sapa.config.urls"
WSGI_APPLICATION = "sapa.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "sapa.desk.context.frame",
            ],
        },
    }
]
AUTH_USER_MODEL = "accounts.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Who is locked out is stopped by the first, whatever the password; the second looks at it.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_HANDLER = "sapa.accounts.lock_out.Handler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "sapa.accounts.views.ways_in.locked"
AXES_CLIENT_IP_CALLABLE = "sapa.accounts.addresses.address_of"
AXES_USERNAME_CALLABLE = "sapa.accounts.lock_out.counted_name"
AXES_COOLOFF_TIME = "sapa.accounts.lock_out.cool_off"
AXES_FAILURE_LIMIT = SAPA_LOCK_OUT_AFTER
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or somebody else's tries would keep one out for good
AXES_DISABLE_ACCESS_LOG = True  # the audit trail is ours
AXES_VERBOSE = False
ACCOUNT_ADAPTER = "sapa.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}  # codes of the second factor, by person
MFA_ADAPTER = "sapa.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # half a minute that a phone's clock may be off
SOCIALACCOUNT_ADAPTER = "sapa.accounts.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not be answered by a way to another site (form-action)
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = env.oidc_provider(
    SAPA_OIDC_ISSUER, client_id=SAPA_OIDC_CLIENT_ID, secret=SAPA_OIDC_CLIENT_SECRET, label=SAPA_OIDC_LABEL
)
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "call-list"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGES = [("en", "English"), ("ru", "Русский"), ("pl", "Polski"), ("kk", "Қазақша")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
FORMAT_MODULE_PATH = ["sapa.config.formats"]
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = SAPA_DATA_DIR / "static"
STATICFILES_FINDERS = [
    "sapa.desk.assets.NpmAssets",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SAPA_HTTPS
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if SAPA_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SAPA_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        # wavesurfer draws inside a shadow root whose <style> element carries the nonce of the page.
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# What comes in large lies in the data folder, never in a folder that others share.
FILE_UPLOAD_TEMP_DIR = env.folder(SAPA_DATA_DIR / "tmp")
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "sapa.config.log.JsonLines"},
    },
    "filters": {"links": {"()": "sapa.config.log.LinkSecretsHidden"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": SAPA_LOG_FORMAT, "filters": ["links"]}},
    "loggers": {
        "sapa": {"handlers": ["stderr"], "level": LOG_LEVEL},
        "django": {"handlers": ["stderr"], "level": "WARNING"},
        "allauth": {"handlers": ["stderr"], "level": "WARNING"},
        "axes": {"handlers": ["stderr"], "level": "ERROR"},  # a wrong password is no news; a lock-out is audited
        "celery": {"handlers": ["stderr"], "level": "WARNING"},
        "kombu": {"handlers": ["stderr"], "level": "WARNING"},
        "gunicorn.error": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
