/* The reference of `xueji bench store-gate`: SQLite's C API writes the rows that the product wrote.
 *
 *   sqlite_gate BEFORE AFTER ORDER TARGET SIZE
 *
 * BEFORE and AFTER are stores before and after a run, ORDER has the dossiers in their order, SIZE is their number in a transaction. All rows
 * that AFTER has more are taken into memory first; then TARGET, a copy of BEFORE, gets them through prepared statements, table by table in
 * every transaction, with the product's pragmas. Only that part is timed. Prints one JSON line.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct { int type, size; sqlite3_int64 number; double real; char *bytes; } Value;
typedef struct { char name[64]; int columns, rows, key; Value *values; sqlite3_stmt *insert; int *byPupil; int next; } Table;

static Table tables[64];
static int tableCount, pupils;
static unsigned char (*order)[16];
static int *slots, slotCount;

static void must(int ok, sqlite3 *db, const char *what) {
    if (ok) return;
    fprintf(stderr, "sqlite_gate: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
    exit(1);
}

static void run(sqlite3 *db, const char *sql) { must(sqlite3_exec(db, sql, 0, 0, 0) == SQLITE_OK, db, sql); }

static unsigned hashOf(const unsigned char *id) { unsigned h; memcpy(&h, id, 4); return h % slotCount; }

static int pupilOf(const Value *value) {
    if (value->type != SQLITE_BLOB || value->size != 16) return -1;
    for (unsigned s = hashOf((unsigned char *)value->bytes);; s = (s + 1) % slotCount) {
        if (slots[s] < 0) return -1;
        if (!memcmp(order[slots[s]], value->bytes, 16)) return slots[s];
    }
}

static void readOrder(const char *path) {
    sqlite3 *db; sqlite3_stmt *s;
    must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, 0) == SQLITE_OK, db, path);
    must(sqlite3_prepare_v2(db, "SELECT dossier, count(*) OVER () FROM entered ORDER BY n", -1, &s, 0) == SQLITE_OK, db, "order");
    while (sqlite3_step(s) == SQLITE_ROW) {
        if (!order) {
            int n = sqlite3_column_int(s, 1);
            order = calloc(n, 16); slotCount = n * 4 + 7; slots = malloc(slotCount * sizeof *slots);
            for (int i = 0; i < slotCount; i++) slots[i] = -1;
        }
        memcpy(order[pupils], sqlite3_column_blob(s, 0), 16);
        unsigned at = hashOf(order[pupils]);
        while (slots[at] >= 0) at = (at + 1) % slotCount;
        slots[at] = pupils++;
    }
    sqlite3_finalize(s); sqlite3_close(db);
}

static Value take(sqlite3_stmt *s, int c) {
    Value v = { sqlite3_column_type(s, c), 0, 0, 0, 0 };
    if (v.type == SQLITE_INTEGER) v.number = sqlite3_column_int64(s, c);
    else if (v.type == SQLITE_FLOAT) v.real = sqlite3_column_double(s, c);
    else if (v.type != SQLITE_NULL) {
        const void *from = v.type == SQLITE_TEXT ? (const void *)sqlite3_column_text(s, c) : sqlite3_column_blob(s, c);
        v.size = sqlite3_column_bytes(s, c); v.bytes = malloc(v.size + 1); memcpy(v.bytes, from ? from : "", v.size);
    }
    return v;
}

/* All rows of a table that are new or other in AFTER. */
static void readTable(sqlite3 *db, const char *name) {
    Table *t = &tables[tableCount]; char sql[256]; sqlite3_stmt *s; int room = 1024;
    snprintf(t->name, sizeof t->name, "%s", name);
    const char *by = strcmp(name, "envelope") && strcmp(name, "envelope_count") ? "" : " ORDER BY position";
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" EXCEPT SELECT * FROM old.\"%s\"%s", name, name, by);
    must(sqlite3_prepare_v2(db, sql, -1, &s, 0) == SQLITE_OK, db, sql);
    t->columns = sqlite3_column_count(s); t->key = -1; t->values = malloc(room * t->columns * sizeof(Value));
    while (sqlite3_step(s) == SQLITE_ROW) {
        if (t->rows == room) t->values = realloc(t->values, (room *= 2) * t->columns * sizeof(Value));
        for (int c = 0; c < t->columns; c++) t->values[t->rows * t->columns + c] = take(s, c);
        t->rows++;
    }
    sqlite3_finalize(s);
    if (!t->rows) { free(t->values); memset(t, 0, sizeof *t); return; }
    for (int c = 0; c < t->columns && t->key < 0; c++) if (pupilOf(&t->values[c]) >= 0) t->key = c;
    if (t->key >= 0) {
        t->byPupil = malloc(pupils * sizeof(int));
        for (int i = 0; i < pupils; i++) t->byPupil[i] = -1;
        for (int r = 0; r < t->rows; r++) {
            int p = pupilOf(&t->values[r * t->columns + t->key]);
            must(p >= 0 && t->byPupil[p] < 0, 0, "one row a pupil was expected");
            t->byPupil[p] = r;
        }
    }
    tableCount++;
}

static void prepareInsert(sqlite3 *db, Table *t) {
    char sql[512]; int n = snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO \"%s\" VALUES (?", t->name);
    if (t->key >= 0 || !strncmp(t->name, "envelope", 8)) n = snprintf(sql, sizeof sql, "INSERT INTO \"%s\" VALUES (?", t->name);
    for (int c = 1; c < t->columns; c++) n += snprintf(sql + n, sizeof sql - n, ",?");
    snprintf(sql + n, sizeof sql - n, ")");
    must(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &t->insert, 0) == SQLITE_OK, db, sql);
}

static void insert(sqlite3 *db, Table *t, int row) {
    for (int c = 0; c < t->columns; c++) {
        Value *v = &t->values[row * t->columns + c];
        if (v->type == SQLITE_INTEGER) sqlite3_bind_int64(t->insert, c + 1, v->number);
        else if (v->type == SQLITE_FLOAT) sqlite3_bind_double(t->insert, c + 1, v->real);
        else if (v->type == SQLITE_TEXT) sqlite3_bind_text(t->insert, c + 1, v->bytes, v->size, SQLITE_STATIC);
        else if (v->type == SQLITE_BLOB) sqlite3_bind_blob(t->insert, c + 1, v->bytes, v->size, SQLITE_STATIC);
        else sqlite3_bind_null(t->insert, c + 1);
    }
    must(sqlite3_step(t->insert) == SQLITE_DONE, db, t->name);
    sqlite3_reset(t->insert);
}

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static double cpu(void) {
    struct rusage u; getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_utime.tv_usec / 1e6 + u.ru_stime.tv_sec + u.ru_stime.tv_usec / 1e6;
}

int main(int argc, char **argv) {
    must(argc == 6, 0, "BEFORE AFTER ORDER TARGET SIZE");
    int size = atoi(argv[5]); sqlite3 *after, *before, *db; sqlite3_stmt *s, *setHead; char sql[1024];
    readOrder(argv[3]);
    must(sqlite3_open_v2(argv[2], &after, SQLITE_OPEN_READONLY, 0) == SQLITE_OK, after, argv[2]);
    snprintf(sql, sizeof sql, "ATTACH '%s' AS old", argv[1]); run(after, sql);
    must(sqlite3_prepare_v2(after, "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rootpage",
        -1, &s, 0) == SQLITE_OK, after, "tables");
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(s, 0);
        /* Kept by triggers of other tables. */
        if (strcmp(name, "dossier_count")) readTable(after, name);
    }
    sqlite3_finalize(s);

    must(sqlite3_open(argv[1], &before) == SQLITE_OK && sqlite3_open(argv[4], &db) == SQLITE_OK, db, argv[4]);
    sqlite3_backup *copy = sqlite3_backup_init(db, "main", before, "main");
    must(copy && sqlite3_backup_step(copy, -1) == SQLITE_DONE && sqlite3_backup_finish(copy) == SQLITE_OK, db, "copy");
    sqlite3_close(before);
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY");
    Table *envelopes = 0, *counts = 0;
    for (int i = 0; i < tableCount; i++) {
        prepareInsert(db, &tables[i]);
        if (!strcmp(tables[i].name, "envelope")) envelopes = &tables[i];
        if (!strcmp(tables[i].name, "envelope_count")) counts = &tables[i];
    }
    must(envelopes && counts && envelopes->rows == counts->rows, 0, "envelopes and their counts");
    must(sqlite3_prepare_v2(db, "UPDATE stream SET sequence = ?, head = ? WHERE id = ?", -1, &setHead, 0) == SQLITE_OK, db, "stream");

    double start = now(), used = cpu(); int sealed = 0, envelope = 0;
    for (int from = 0; from < pupils; from += size) {
        int to = from + size < pupils ? from + size : pupils;
        run(db, "BEGIN IMMEDIATE");
        for (int i = 0; i < tableCount; i++) for (int p = from; tables[i].key >= 0 && p < to; p++)
            if (tables[i].byPupil[p] >= 0) insert(db, &tables[i], tables[i].byPupil[p]);
        for (int i = 0; from == 0 && i < tableCount; i++)
            if (tables[i].key < 0 && &tables[i] != envelopes && &tables[i] != counts)
                for (int r = 0; r < tables[i].rows; r++) insert(db, &tables[i], r);
        for (; envelope < envelopes->rows && sealed < to; envelope++) {
            Value *e = &envelopes->values[envelope * envelopes->columns];
            insert(db, envelopes, envelope); insert(db, counts, envelope);
            sqlite3_bind_int64(setHead, 1, e[2].number); sqlite3_bind_blob(setHead, 2, e[3].bytes, e[3].size, SQLITE_STATIC);
            sqlite3_bind_int64(setHead, 3, e[1].number);
            must(sqlite3_step(setHead) == SQLITE_DONE, db, "stream"); sqlite3_reset(setHead);
            sealed += counts->values[envelope * counts->columns + 1].number;
        }
        run(db, "COMMIT");
    }
    double seconds = now() - start; used = cpu() - used;
    for (int i = 0; i < tableCount; i++) sqlite3_finalize(tables[i].insert);
    sqlite3_finalize(setHead);
    must(sqlite3_close(db) == SQLITE_OK, 0, "close");
    printf("{\"seconds\":%.6f,\"rows\":%d,\"check\":\"\",\"cpu\":%.6f}\n", seconds, pupils, used);
    return 0;
}
