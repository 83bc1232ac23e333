# One image for web, worker and one-off commands; the command decides. Runs as an ordinary user.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PLUMBLINE_ENVIRONMENT=production PLUMBLINE_VAR=/var/lib/plumbline
RUN useradd --system --home-dir /var/lib/plumbline --create-home plumbline
COPY --from=build /venv /venv
COPY . /app
WORKDIR /app
# The key and host name are only for these two commands; the image keeps neither.
RUN SECRET_KEY=not-used-after-the-build ALLOWED_HOSTS=build.invalid DATABASE_URL=sqlite://:memory: \
    sh -c "python manage.py build_static && python manage.py collectstatic --no-input"
USER plumbline
EXPOSE 8000
# The sync worker: measured equal to the others on real pages, and it keeps no state between requests.
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "4", "--max-requests", "2000", "--max-requests-jitter", "200"]
