# One image for web, worker, beat and the migrations; the command says which.
FROM python:3.11-slim AS packages
COPY requirements/run.txt /run.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /run.txt

FROM python:3.11-slim
# The compiled engine is kept beside the sources where that can be written, which here it cannot.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_MANIFEST=true NUMBA_CACHE_DIR=/app/var/numba
RUN useradd --system --uid 10001 --home-dir /app loopyard
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# The key only lets the settings load; the image keeps none.
RUN SECRET_KEY=for-this-step-only python manage.py collectstatic --no-input --verbosity 0
# What is written at run time. Volumes over them take this owner from here.
RUN mkdir -p var/run var/mail var/media var/numba \
  && chown loopyard var && chown -R loopyard var/run var/mail var/media var/numba
USER loopyard
EXPOSE 8000
CMD ["gunicorn", "exchange.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
