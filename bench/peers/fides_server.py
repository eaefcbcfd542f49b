"""Fides' own server with its own sample: how long it takes to boot, what it holds in memory, and how
long a privacy request takes from asking to "complete", over HTTP as its clients ask.

    python fides_server.py postgres://user:password@host:port/database

Prints one JSON object. Needs `ethyca-fides` in this environment and `redis-server` on the path."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import psycopg2

RUNS = 5
SAMPLE = pathlib.Path(__import__("fides").__file__).parent / "data/sample_project/postgres_sample.sql"
HOME = pathlib.Path(sys.executable).parent
url = urllib.parse.urlsplit(sys.argv[1])


def port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def sql(database, text):
    conn = psycopg2.connect(
        host=url.hostname, port=url.port, user=url.username, password=url.password, dbname=database
    )
    conn.autocommit = True
    conn.cursor().execute(text)
    conn.close()


def drop(names):
    for name in names:
        sql("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def environment(own, sample, redis):
    env = {
        "DATABASE__SERVER": url.hostname,
        "DATABASE__PORT": str(url.port),
        "DATABASE__USER": url.username,
        "DATABASE__PASSWORD": url.password,
        "DATABASE__DB": own,
        "DATABASE__LOAD_SAMPLES": "true",
        "REDIS__HOST": "127.0.0.1",
        "REDIS__PORT": str(redis),
        "REDIS__PASSWORD": "secret",
        "SECURITY__ENV": "prod",
        "SECURITY__APP_ENCRYPTION_KEY": "examplevalidprojectencryptionkey",
        "SECURITY__OAUTH_ROOT_CLIENT_ID": "bench",
        "SECURITY__OAUTH_ROOT_CLIENT_SECRET": "bench-secret",
        "EXECUTION__REQUIRE_MANUAL_REQUEST_APPROVAL": "false",
        "EXECUTION__SUBJECT_IDENTITY_VERIFICATION_REQUIRED": "false",
        "USER__ANALYTICS_OPT_OUT": "true",
        "LOGGING__LEVEL": "ERROR",
    }
    env = {f"FIDES__{name}": value for name, value in env.items()}
    samples = {
        "HOST": url.hostname,
        "PORT": str(url.port),
        "DBNAME": sample,
        "USERNAME": url.username,
        "PASSWORD": url.password,
        "SSH_REQUIRED": "false",
    }
    env |= {f"FIDES_DEPLOY__CONNECTORS__POSTGRES__{name}": value for name, value in samples.items()}
    return os.environ | env


def call(base, path, token=None, body=None, form=None):
    data, headers = None, {}
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"{base}/api/v1{path}", data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def healthy(base, server):
    begun = time.monotonic()
    while server.poll() is None and time.monotonic() - begun < 300:
        try:
            urllib.request.urlopen(f"{base}/health", timeout=5).close()
            return time.monotonic() - begun
        except OSError:
            time.sleep(0.02)
    sys.exit("Fides' server did not start")


def asked(base, token, policy, email):
    begun = time.monotonic()
    body = [{"policy_key": policy, "identity": {"email": email}}]
    one = call(base, "/privacy-request", token, body)["succeeded"][0]["id"]
    while True:
        state = call(base, f"/privacy-request?request_id={one}", token)["items"][0]["status"]
        if state == "complete":
            return (time.monotonic() - begun) * 1000
        if state in ("error", "canceled", "denied"):
            sys.exit(f"Fides' request ended as {state}")
        time.sleep(0.005)


def memory(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main():
    own, sample = (f"bench_fides_{os.getpid()}_{name}" for name in ("own", "sample"))
    with tempfile.TemporaryDirectory() as folder:
        running = []
        try:
            sql("postgres", f"CREATE DATABASE {own}")
            sql("postgres", f"CREATE DATABASE {sample}")
            sql(sample, SAMPLE.read_text())
            redis, web = port(), port()
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
            running.append(
                subprocess.Popen(
                    ["redis-server", "--port", str(redis), "--bind", "127.0.0.1"]
                    + ["--requirepass", "secret", "--save", "", "--dir", folder],
                    **quiet,
                )
            )
            command = [HOME / "fides", "webserver", "--port", str(web)]
            server = subprocess.Popen(command, env=environment(own, sample, redis), **quiet)
            running.append(server)
            base = f"http://127.0.0.1:{web}"
            # The first start makes its schema; the second is what a restart costs.
            healthy(base, server)
            server.terminate()
            server.wait()
            server = subprocess.Popen(command, env=environment(own, sample, redis), **quiet)
            running.append(server)
            boot = healthy(base, server)
            secret = {"grant_type": "client_credentials", "client_id": "bench"}
            secret["client_secret"] = "bench-secret"
            token = call(base, "/oauth/token", form=secret)["access_token"]
            first = "customer-1@example.com"
            asked(base, token, "default_access_policy", first)
            access = [asked(base, token, "default_access_policy", first) for _ in range(RUNS)]
            people = [first, "customer-2@example.com", "jane@example.com"]
            erasure = [asked(base, token, "default_erasure_policy", one) for one in people]
            said = {"boot_s": boot, "memory_mb": memory(server.pid), "access_ms": access}
            print(json.dumps(said | {"erasure_ms": erasure, "sample": str(SAMPLE)}))
        finally:
            for one in running:
                one.terminate()
            for one in running:
                one.wait()
            drop([own, sample])


main()
