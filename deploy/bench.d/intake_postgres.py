"""PostgreSQL's logical replication of a table of pupils between two clusters on loopback.

    intake_postgres TABLE.tsv ROWS_PER_TRANSACTION

Both clusters are made anew with fsync and synchronous commit, the table has the registry's indexes on both sides. The publisher is loaded
while the subscription stands still; the time runs from its start until the subscriber has committed and flushed the last transaction.
"""
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile
import time

BIN = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
SETTINGS = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "wal_level": "logical", "shared_buffers": "256MB",
    "max_wal_size": "4GB", "checkpoint_timeout": "30min", "listen_addresses": "127.0.0.1", "logging_collector": "off",
    "max_sync_workers_per_subscription": "2", "wal_receiver_status_interval": "1s",
    "wal_retrieve_retry_interval": "100ms",
}
INDEXES = [
    "CREATE INDEX ON pupil (home, state)", "CREATE INDEX ON pupil (home, f_classCode)", "CREATE INDEX ON pupil (name_key)",
    "CREATE INDEX ON pupil (f_idNumber) WHERE f_idNumber <> ''", "CREATE INDEX ON pupil (holder, state)",
]


class Cluster:
    def __init__(self, folder, port):
        self.data, self.port, self.sockets = f"{folder}/data{port}", port, folder
        run(BIN / "initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--no-locale", "-E", "UTF8")
        with open(f"{self.data}/postgresql.conf", "a", encoding="utf-8") as file:
            for key, value in {**SETTINGS, "port": port, "unix_socket_directories": folder}.items():
                file.write(f"{key} = '{value}'\n")
        run(BIN / "pg_ctl", "-D", self.data, "-w", "-l", f"{self.data}.log", "start")

    def sql(self, text, check=True):
        done = run(BIN / "psql", "-h", self.sockets, "-p", str(self.port), "-U", "postgres", "-AtqX", "-v", "ON_ERROR_STOP=1", "-c", text, check=check)
        return done.stdout.strip()

    def stop(self):
        run(BIN / "pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop", check=False)


def run(*words, check=True):
    """As the user postgres where we are root: a server refuses to run as root."""
    words = [str(word) for word in words]
    if os.geteuid() == 0:
        words = ["setpriv", f"--reuid={pwd.getpwnam('postgres').pw_uid}", f"--regid={pwd.getpwnam('postgres').pw_gid}", "--clear-groups", *words]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, cwd="/")
    if check and done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    return done


def free_ports():
    import socket
    doors = [socket.socket() for _ in range(2)]
    for door in doors:
        door.bind(("127.0.0.1", 0))
    ports = [door.getsockname()[1] for door in doors]
    for door in doors:
        door.close()
    return ports


def load(cluster, lines, size, folder):
    """One transaction for each part of the table."""
    part = pathlib.Path(folder) / "part.tsv"
    for start in range(0, len(lines), size):
        part.write_text("".join(lines[start:start + size]), encoding="utf-8")
        part.chmod(0o644)
        cluster.sql(f"COPY pupil FROM '{part}' WITH (FORMAT text)")


def main():
    path, size = sys.argv[1], int(sys.argv[2])
    with open(path, encoding="utf-8") as file:
        columns, lines = file.readline().rstrip("\n").split("\t"), file.readlines()
    folder = tempfile.mkdtemp(prefix="xueji-bench-pg-")
    clusters = []
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        clusters += [Cluster(folder, port) for port in free_ports()]
        publisher, subscriber = clusters
        for cluster in clusters:
            cluster.sql("CREATE TABLE pupil (" + ", ".join(f"{name} text NOT NULL" for name in columns) + ", PRIMARY KEY (id))")
            for index in INDEXES:
                cluster.sql(index)
        publisher.sql("CREATE PUBLICATION up FOR TABLE pupil")
        subscriber.sql(
            f"CREATE SUBSCRIPTION up CONNECTION 'host=127.0.0.1 port={publisher.port} user=postgres dbname=postgres' PUBLICATION up WITH (copy_data = false)")
        while publisher.sql("SELECT count(*) FROM pg_stat_replication") != "1":
            time.sleep(0.05)
        subscriber.sql("ALTER SUBSCRIPTION up DISABLE")
        while publisher.sql("SELECT count(*) FROM pg_stat_replication") != "0":
            time.sleep(0.05)
        load(publisher, lines, size, folder)
        end = publisher.sql("SELECT pg_current_wal_flush_lsn()")
        begun = time.monotonic()
        subscriber.sql("ALTER SUBSCRIPTION up ENABLE")
        while publisher.sql(f"SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= '{end}'") != "1":
            if time.monotonic() - begun > 3600:
                raise SystemExit("the subscriber does not follow")
            time.sleep(0.02)
        seconds = time.monotonic() - begun
        count = subscriber.sql("SELECT count(*) FROM pupil")
        print(json.dumps({"seconds": seconds, "rows": len(lines), "check": count}))
    finally:
        for cluster in clusters:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


main()
